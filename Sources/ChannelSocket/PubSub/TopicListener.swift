import PhoenixWire

/// Hands the broadcasts of a topic to a closure; confined to its event loop.
final class TopicListener: BroadcastReceiver {
    private let take: @Sendable (Broadcast) -> Void

    init(_ take: @escaping @Sendable (Broadcast) -> Void) {
        self.take = take
    }

    /// It belongs to no connection, so nothing is kept from it.
    var connectionNumber: UInt64 { 0 }

    func receive(_ broadcast: Broadcast) {
        take(broadcast)
    }
}

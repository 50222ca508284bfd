import ChannelSocket
import NIOCore

/// An adapter that is connected but refuses subscriptions, when its loop gets round to it.
struct RefusingAdapter: PubSubAdapter {
    let eventLoop: any EventLoop
    /// The topics that it grants.
    var granted: Set<String> = []

    var isConnected: Bool { true }
    var disconnectReason: String? { nil }

    func run(node: NodeID, delivering deliver: @escaping @Sendable (RoutedBroadcast) -> Void) async throws {}

    func subscribe(to topic: String) -> EventLoopFuture<Void>? {
        granted.contains(topic) ? nil : eventLoop.submit { throw PubSubError(.rejected, "refused by the test") }
    }

    func unsubscribe(from topic: String) {}

    func publish(_ broadcast: RoutedBroadcast) -> EventLoopFuture<Void>? { nil }
}

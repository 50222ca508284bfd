import NIOCore

/// What became of a broadcast on its way to the other nodes.
///
/// The subscribers of this node have been served when the broadcasting call returns. Whoever wants to know about the
/// other nodes awaits ``confirmed()``; whoever does not, drops the receipt.
public struct PublishReceipt: Sendable {
    private let future: EventLoopFuture<Void>?

    init(_ future: EventLoopFuture<Void>?) {
        self.future = future
    }

    /// Waits until the bus has taken the broadcast.
    ///
    /// - Throws: ``PubSubError`` if it has not, or may not have.
    public func confirmed() async throws {
        try await future?.get()
    }
}

public import NIOCore

/// The embedded backend: one node, nobody else to talk to.
public struct LocalAdapter: PubSubAdapter {
    /// Creates the adapter.
    public init() {}

    /// Always true.
    public var isConnected: Bool { true }

    /// Always nil.
    public var disconnectReason: String? { nil }

    /// Waits for the end of the surrounding task.
    public func run(
        node: NodeID,
        delivering deliver: @escaping @Sendable (RoutedBroadcast) -> Void
    ) async throws {
        for await _ in AsyncStream<Never>.makeStream().stream {}
    }

    /// Nothing to do: every broadcast comes from this node.
    public func subscribe(to topic: String) -> EventLoopFuture<Void>? { nil }

    /// Nothing to do.
    public func unsubscribe(from topic: String) {}

    /// Nothing to do.
    public func publish(_ broadcast: RoutedBroadcast) -> EventLoopFuture<Void>? { nil }
}

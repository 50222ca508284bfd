import ChannelSocket
import NIOCore

/// An adapter that is connected but refuses every subscription, when its loop gets round to it.
struct RefusingAdapter: PubSubAdapter {
    let eventLoop: any EventLoop

    var isConnected: Bool { true }
    var disconnectReason: String? { nil }

    func run(node: NodeID, delivering deliver: @escaping @Sendable (RoutedBroadcast) -> Void) async throws {}

    func subscribe(to topic: String) -> EventLoopFuture<Void>? {
        eventLoop.submit { throw PubSubError(.rejected, "refused by the test") }
    }

    func unsubscribe(from topic: String) {}

    func publish(_ broadcast: RoutedBroadcast) -> EventLoopFuture<Void>? { nil }
}

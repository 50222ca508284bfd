import ChannelSocket
import NIOCore
import NIOPosix
import PhoenixWire

/// An adapter to which the bus refuses the topic `room:lost`, and broadcasts of the event `lost`.
struct PartialAdapter: PubSubAdapter {
    var isConnected: Bool { true }
    var disconnectReason: String? { nil }

    func run(node: NodeID, delivering deliver: @escaping @Sendable (RoutedBroadcast) -> Void) async throws {}

    func subscribe(to topic: String) -> EventLoopFuture<Void>? {
        topic == "room:lost" ? refusal : nil
    }

    func unsubscribe(from topic: String) {}

    func publish(_ broadcast: RoutedBroadcast) -> EventLoopFuture<Void>? {
        broadcast.broadcast.event == "lost" ? refusal : nil
    }

    private var refusal: EventLoopFuture<Void> {
        MultiThreadedEventLoopGroup.singleton.any().makeFailedFuture(PubSubError(.rejected, "refused by the test"))
    }
}

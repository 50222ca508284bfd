import ChannelSocket
import PhoenixWire

/// `secret:*`, which nobody may join.
struct SecretChannel: SocketChannel {
    init(joining topic: String, payload: Payload, socket: Socket) throws {
        throw JoinRefused(reason: "unauthorized")
    }
}

import ChannelSocket
import PhoenixWire

/// A handler written in Swift, for tests of what is beside it.
struct DiceChannel: SocketChannel {
    let joinReply = Payload.reason("handler")
    private var rolls = 0

    init(joining topic: String, payload: Payload, socket: Socket) async throws {}

    mutating func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
        rolls += 1
        return .reply(.ok, try .encoding(["rolls": rolls]))
    }
}

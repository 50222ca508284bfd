import ChannelSocket
import ChannelSocketServer
import PhoenixWire

struct Dice: SocketChannel {
    init(joining topic: String, payload: Payload, socket: Socket) async throws {
        guard socket.assigns[AuthenticatedClaims.assign] != nil else { throw JoinRefused(reason: "unauthorized") }
    }

    func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
        guard event == "roll" else { return .reply(.error, .reason("event not allowed")) }
        try socket.broadcast("rolled", try .encoding(["eyes": Int.random(in: 1...6)]))
        return .reply(.ok)
    }
}

let server = try await StockServer(configurationFile: "server.yml") {
    Route("dice:*", Dice.self)
}
try await server.run { url in print("listening on \(url)") }

// Mounts a socket beside the routes of a Hummingbird application.
//
// Clients connect to ws://127.0.0.1:8080/socket/websocket; everything else stays with the router.

import ChannelSocket
import ChannelSocketHTTP
import Hummingbird
import NIOCore
import PhoenixWire

struct RoomChannel: SocketChannel {
    init(joining topic: String, payload: Payload, socket: Socket) async throws {
        guard topic != "room:secret" else { throw JoinRefused(reason: "unauthorized") }
    }

    mutating func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
        guard event == "new_msg" else { throw UnhandledEvent(event) }
        try socket.broadcast(event, payload)
        return .noReply
    }
}

let pubSub = PubSub()
let endpoint = Endpoint("/socket", pubSub: pubSub) {
    Route("room:*", RoomChannel.self)
}

let router = Router()
router.get("/hello") { _, _ in "hello" }
router.post("/announce") { request, _ in
    let text = try await request.body.collect(upTo: 1_000)
    endpoint.broadcast("room:lobby", "announcement", Payload.reason(String(buffer: text)))
    return HTTPResponse.Status.accepted
}

let application = Application(
    router: router,
    server: .channelSocket(mounts: [endpoint]),
    configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 8080)),
    services: [pubSub]
)
try await application.runService()

import ChannelSocket
import ChannelSocketHTTP
import Hummingbird
import PhoenixWire

struct Room: SocketChannel {
    init(joining topic: String, payload: Payload, socket: Socket) async throws {}

    func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
        try socket.broadcast(event, payload)
        return .noReply
    }
}

let pubSub = PubSub()
let endpoint = Endpoint("/socket", pubSub: pubSub) { Route("room:*", Room.self) }
let router = Router()
router.get("hello") { _, _ in "Hello, HTTP" }
var application = Application(router: router, server: .channelSocket(mounts: [endpoint]))
application.addServices(pubSub)
try await application.runService()

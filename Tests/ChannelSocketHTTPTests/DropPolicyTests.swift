import ChannelSocket
import ChannelSocketTesting
import NIOCore
import PhoenixWire
import Testing

@Suite("The policy to drop", .timeLimit(.minutes(2)))
struct DropPolicyTests {
    private struct QuietChannel: ChannelCallbacks {
        mutating func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
            .reply(.ok, payload)
        }
    }

    @Test("keeps a client that reads nothing of several topics, and what it is answered")
    func severalTopics() async throws {
        let pubSub = PubSub()
        var configuration = Endpoint.Configuration()
        configuration.webSocket.maxOutboundBytes = 1 << 20
        configuration.webSocket.slowConsumerPolicy = .drop
        let endpoint = Endpoint("/ws", pubSub: pubSub, configuration: configuration) {
            Route("room:*") { _, _, _ in QuietChannel() }
        }
        let topics = ["room:a", "room:b"]
        let payload = Payload.json(ByteBuffer(string: #"{"x":"\#(String(repeating: "x", count: 10_000))"}"#))
        try await withServer(mounts: [endpoint]) { port, _ in
            let slow = try await TestPhoenixClient.connect(port: port, mount: "/ws")
            let fast = try await TestPhoenixClient.connect(port: port, mount: "/ws")
            for topic in topics {
                try await slow.join(topic)
                try await fast.join(topic)
            }
            try await slow.socket.setReading(false)
            for _ in 0..<2_000 {
                for topic in topics { endpoint.broadcast(topic, "n", payload) }
                for _ in topics { #expect(try await fast.next().event == "n") }
            }
            #expect(pubSub.statistics[.slowConsumerFrames] > 0)
            #expect(pubSub.statistics[.slowConsumerCloses] == 0)
            #expect(pubSub.statistics.connections == 2)
            let ref = try await slow.push("room:b", "hello")
            try await slow.socket.setReading(true)
            #expect(try await slow.reply(to: ref).status == "ok")
        }
    }
}

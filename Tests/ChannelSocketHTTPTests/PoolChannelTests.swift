import ChannelSocket
import ChannelSocketTesting
import NIOPosix
import PhoenixWire
import Testing

@Suite("Channels on the pool", .timeLimit(.minutes(1)))
struct PoolChannelTests {
    /// Says whether its callback runs on an event loop, and answers, pushes and broadcasts from there.
    private struct PoolChannel: SocketChannel {
        static var executor: ChannelExecutor { .pool }

        let joiner: Bool

        init(joining topic: String, payload: Payload, socket: Socket) async throws {
            joiner = MultiThreadedLoop.isCurrent
        }

        mutating func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
            try socket.push("pushed", payload)
            try socket.broadcast("shouted", payload)
            return .reply(joiner || MultiThreadedLoop.isCurrent ? .error : .ok, payload)
        }
    }

    @Test("run off the event loop and keep the order of what they send")
    func runsOnThePool() async throws {
        let endpoint = Endpoint("/ws", pubSub: PubSub()) { Route("room:*", PoolChannel.self) }
        try await withServer(mounts: [endpoint]) { port, _ in
            let client = try await TestPhoenixClient.connect(port: port, mount: "/ws")
            _ = try await client.join("room:a")
            for number in 0..<100 {
                _ = try await client.push("room:a", "go", ["n": .number("\(number)")])
            }
            for number in 0..<100 {
                for event in ["pushed", "shouted", "phx_reply"] {
                    let message = try await client.next()
                    #expect(message.event == event)
                    #expect(message.payload["n"] == .number("\(number)"))
                    #expect(message.status == (event == "phx_reply" ? "ok" : nil))
                }
            }
        }
    }
}

/// Whether the current thread is one of NIO's event loops.
private enum MultiThreadedLoop {
    static var isCurrent: Bool { MultiThreadedEventLoopGroup.currentEventLoop != nil }
}

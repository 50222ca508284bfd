import ChannelSocket
import ChannelSocketTesting
import NIOCore
import NIOPosix
import PhoenixWire
import Testing

@Suite("The policy to drop", .timeLimit(.minutes(2)))
struct DropPolicyTests {
    private struct QuietChannel: ChannelCallbacks {
        mutating func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
            .reply(.ok, payload)
        }
    }

    private static func payload(_ number: Int) -> Payload {
        .json(ByteBuffer(string: #"{"n":\#(number),"x":"\#(String(repeating: "x", count: 10_000))"}"#))
    }

    @Test(
        "keeps a client that does not read, answers it, and counts each broadcast that it does not get",
        arguments: [["room:a"], ["room:a", "room:b"]]
    )
    func counts(topics: [String]) async throws {
        let pubSub = PubSub()
        var configuration = Endpoint.Configuration()
        configuration.webSocket.maxOutboundBytes = 1 << 20
        configuration.webSocket.slowConsumerPolicy = .drop
        // Who only reads, for as long as a slow machine takes, would be idle.
        configuration.webSocket.idleTimeout = nil
        let endpoint = Endpoint("/ws", pubSub: pubSub, configuration: configuration) {
            Route("room:*") { _, _, _ in QuietChannel() }
        }
        try await MultiThreadedEventLoopGroup.withEventLoopGroup(numberOfThreads: 1) { eventLoops in
            let loop = eventLoops.next()
            try await withServer(mounts: [endpoint], eventLoops: eventLoops) { port, _ in
                let slow = try await TestPhoenixClient.connect(port: port, mount: "/ws")
                for topic in topics { try await slow.join(topic) }
                try await slow.socket.setReading(false)
                // 40 MB: more than the limit, and than the system buffers between two sockets.
                let (turns, broadcasts) = (500, 8)
                for turn in 0..<turns {
                    // In one turn of the event loop, so that they are written together, and are missing together.
                    try await loop.submit {
                        for number in turn * broadcasts..<(turn + 1) * broadcasts {
                            endpoint.broadcast(topics[number % topics.count], "n", Self.payload(number))
                        }
                    }
                    .get()
                }
                let ref = try await slow.push(topics[topics.count - 1], "hello")
                try await slow.socket.setReading(true)
                var numbers: [Int] = []
                var message = try await slow.next()
                while message.event == "n" {
                    numbers.append(try #require(message.payload["n"]?.intValue))
                    message = try await slow.next()
                }
                #expect(message.ref == .string(ref))
                #expect(message.status == "ok")
                #expect(numbers.first == 0)
                #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }, "they are in order, none twice")
                let missed = pubSub.statistics[.slowConsumerFrames]
                #expect(missed > 0)
                #expect(numbers.count + missed == turns * broadcasts)
                #expect(pubSub.traffic.deliveries == numbers.count)
                #expect(pubSub.statistics[.slowConsumerCloses] == 0)
                #expect(pubSub.statistics.connections == 1)
            }
        }
    }
}

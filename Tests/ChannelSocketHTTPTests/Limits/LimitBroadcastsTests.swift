import ChannelSocket
import ChannelSocketTesting
import Dispatch
import NIOCore
import NIOPosix
import PhoenixWire
import Testing

/// Holds docs/limits.md against the server: the broadcasts that do not reach everybody.
@Suite("Broadcasts at limits", .timeLimit(.minutes(3)))
struct LimitBroadcastsTests {
    @Test(
        "are the last that a client gets that does not read, or are missing there, and nowhere else",
        arguments: [SlowConsumerPolicy.close, .drop])
    func slowConsumer(policy: SlowConsumerPolicy) async throws {
        let reason = "too slow: outbound buffer full"
        let drop: NodeStatistics.Drop = policy == .close ? .slowConsumerCloses : .slowConsumerFrames
        try DocumentedLimit(policy == .close ? "`maxOutboundBytes`" : "the same with `slowConsumerPolicy`").expect(
            code: policy == .close ? "1008" : "broadcasts are missing", texts: [reason], counts: ["\(drop)": 1]
        )
        var configuration = Endpoint.Configuration()
        configuration.webSocket.maxOutboundBytes = 1 << 20
        configuration.webSocket.slowConsumerPolicy = policy
        // Time for the test to get here and read, however slow the machine.
        configuration.webSocket.closeTimeout = .seconds(60)
        try await withLimitedServer(configuration) { server in
            let slow = try await server.connect()
            try await slow.join("room:a")
            try await server.other.join("room:a")
            try await slow.socket.setReading(false)
            while server.statistics[drop] == 0 {
                server.endpoint.broadcast("room:a", "n", .binary(ByteBuffer(repeating: 7, count: 20_000)))
                // The reader sets the pace, as a publisher who wants to be heard would let it.
                #expect(try await server.other.next().event == "n")
            }
            try await slow.socket.setReading(true)
            switch policy {
            case .close:
                var event = try await slow.socket.receive()
                while case .binary = event { event = try await slow.socket.receive() }
                #expect(event == .close(code: 1008, reason: reason))
                try await server.expect(counts: ["\(drop)": 1])
            case .drop:
                #expect(try await slow.call("phoenix", "heartbeat").status == "ok")
                // How many there are until the test notices the first depends on the event loops.
                try await server.expect(counts: [:], besides: ["\(drop)"])
            }
        }
    }

    @Test("are missing where too many wait for an event loop")
    func overloadedLoop() async throws {
        let counts = ["overloaded_loops": 9]
        try DocumentedLimit("`PubSub(maxBacklogBytes:)`").expect(code: "broadcasts are missing", counts: counts)
        try await withLimitedServer(maxBacklogBytes: 1) { server in
            let client = try await server.connect()
            try await client.join("room:a")
            let gate = DispatchSemaphore(value: 0)
            let loops = Array(MultiThreadedEventLoopGroup.singleton.makeIterator())
            for loop in loops { loop.execute { gate.wait() } }
            for _ in 0..<10 { server.endpoint.broadcast("room:a", "n", .emptyObject) }
            for _ in loops { gate.signal() }
            try await client.expect("n", on: "room:a")
            try await client.expectSilence()
            try await server.expect(counts: counts)
        }
    }

    @Test("are missing where the serializer can't carry them")
    func unencodable() async throws {
        try await withLimitedServer { server in
            let (old, new) = (try await server.connect(.v1), try await server.connect(.v2))
            try await old.join("room:a")
            try await new.join("room:a")
            server.endpoint.broadcast("room:a", "n", .json(ByteBuffer(string: "7")))
            #expect(try await old.expect("n", on: "room:a").payload == .number("7"))
            try await new.expectSilence()
            try await server.expect(counts: ["unencodable_broadcasts": 1])
        }
    }

    @Test("reach this node's clients when the bus does not take them, and who asks is told")
    func unpublished() async throws {
        try await withLimitedServer { server in
            let client = try await server.connect()
            try await client.join("room:a")
            let receipt = server.endpoint.broadcast("room:a", "lost", .emptyObject)
            try await client.expect("lost", on: "room:a")
            await #expect(throws: PubSubError.self) { try await receipt.confirmed() }
            try await server.expect(counts: ["failed_publishes": 1])
        }
    }
}

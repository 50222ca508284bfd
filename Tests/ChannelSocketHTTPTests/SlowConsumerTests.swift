import ChannelSocket
import ChannelSocketTesting
import NIOCore
import PhoenixWire
import Testing

@Suite("Slow consumers", .timeLimit(.minutes(2)))
struct SlowConsumerTests {
    /// A payload with a number in it.
    private static func payload(_ number: Int, bytes: Int = 1_000) -> Payload {
        let text = #"{"n":\#(number),"x":""#
        return .json(ByteBuffer(string: text + String(repeating: "x", count: bytes - 2 - text.utf8.count) + #""}"#))
    }

    /// A payload that no system's buffers take off the node's hands.
    private static let large = Payload.binary(ByteBuffer(repeating: 7, count: 16 << 20))

    private static func endpoint(_ pubSub: PubSub, _ change: (inout WebSocketConfiguration) -> Void) -> Endpoint {
        var configuration = Endpoint.Configuration()
        // Who only reads, for as long as a slow machine takes, would be idle.
        configuration.webSocket.idleTimeout = nil
        change(&configuration.webSocket)
        return Endpoint("/ws", pubSub: pubSub, configuration: configuration) {
            Route("room:*") { _, _, _ in QuietChannel() }
        }
    }

    private static func join(_ port: Int, reading: Bool = true) async throws -> TestPhoenixClient {
        let client = try await TestPhoenixClient.connect(port: port, mount: "/ws")
        _ = try await client.join("room:a")
        try await client.socket.setReading(reading)
        return client
    }

    @Test(
        "holds no more than the limit for a client that never reads while 100 MB pass, and nobody else misses anything",
        arguments: [SlowConsumerPolicy.close, .drop]
    )
    func neverReads(policy: SlowConsumerPolicy) async throws {
        let pubSub = PubSub()
        let endpoint = Self.endpoint(pubSub) {
            $0.slowConsumerPolicy = policy
            // Time for the test to get here and read, however slow the machine.
            $0.closeTimeout = .minutes(10)
        }
        try await withServer(mounts: [endpoint]) { port, _ in
            let slow = try await Self.join(port, reading: false)
            let fast = try await Self.join(port)
            for number in 0..<10_000 {
                endpoint.broadcast("room:a", "n", Self.payload(number, bytes: 10_000))
                // The reader sets the pace, as a publisher who wants to be heard would let it.
                if number % 100 == 99 {
                    for expected in (number - 99)...number {
                        #expect(try await fast.next().payload["n"] == .number("\(expected)"))
                    }
                }
            }
            #expect(pubSub.statistics.connections == 2)
            #expect(pubSub.statistics[.slowConsumerCloses] == (policy == .close ? 1 : 0))
            #expect((pubSub.statistics[.slowConsumerFrames] > 0) == (policy == .drop))
            try await slow.socket.setReading(true)
            let (bytes, closing) = try await Self.drain(slow, until: policy)
            #expect(closing == (policy == .close ? .close(code: 1008, reason: "too slow: outbound buffer full") : nil))
            // The limit of 4 MiB, one write of the 100 messages of a tick beyond it, and what the system has buffered at
            // both ends.
            #expect(bytes < 16 << 20)
        }
    }

    /// Reads what waits for a client, which must be the first broadcasts, in order.
    ///
    /// - Returns: how much it was, and how the connection was closed, if it is to be.
    private static func drain(
        _ client: TestPhoenixClient, until policy: SlowConsumerPolicy
    ) async throws -> (bytes: Int, closing: TestWebSocketEvent?) {
        if policy == .drop { try await client.socket.send(text: #"[null,"last","phoenix","heartbeat",{}]"#) }
        var (bytes, number) = (0, 0)
        while true {
            let event = try await client.socket.receive()
            guard case .text(let text) = event, !text.contains(#""last""#) else {
                return (bytes, policy == .close ? event : nil)
            }
            #expect(text.contains(#"{"n":\#(number),"#))
            bytes += text.utf8.count
            number += 1
        }
    }

    @Test("delivers a backlog in order to a client that reads late")
    func keepsOrder() async throws {
        let pubSub = PubSub()
        let endpoint = Self.endpoint(pubSub) { $0.maxOutboundBytes = 64 << 20 }
        try await withServer(mounts: [endpoint]) { port, _ in
            let late = try await Self.join(port, reading: false)
            let fast = try await Self.join(port)
            for number in 0..<20_000 {
                endpoint.broadcast("room:a", "n", Self.payload(number))
            }
            for number in 0..<20_000 {
                #expect(try await fast.next().payload["n"] == .number("\(number)"))
            }
            try await late.socket.setReading(true)
            for number in 0..<20_000 {
                #expect(try await late.next().payload["n"] == .number("\(number)"))
            }
            #expect(pubSub.statistics[.slowConsumerCloses] == 0)
        }
    }

    @Test(
        "takes a message larger than the limit, and what waits behind it up to the limit, for a client that reads late",
        arguments: [SlowConsumerPolicy.close, .drop]
    )
    func largeMessage(policy: SlowConsumerPolicy) async throws {
        let pubSub = PubSub()
        let endpoint = Self.endpoint(pubSub) {
            $0.maxOutboundBytes = 1 << 20
            $0.slowConsumerPolicy = policy
        }
        try await withServer(mounts: [endpoint]) { port, _ in
            let late = try await Self.join(port, reading: false)
            let fast = try await Self.join(port)
            endpoint.broadcast("room:a", "large", Self.large)
            #expect(try await fast.next().event == "large")
            for number in 1...500 { endpoint.broadcast("room:a", "n", Self.payload(number)) }
            for number in 1...500 { #expect(try await fast.next().payload["n"] == .number("\(number)")) }
            let ref = try await late.push("phoenix", "heartbeat")
            try await late.socket.setReading(true)
            #expect(try await late.next().body == .binary(Array(repeating: 7, count: 16 << 20)))
            for number in 1...500 {
                #expect(try await late.expect("n", on: "room:a").payload["n"] == .number("\(number)"))
            }
            #expect(try await late.reply(to: ref).status == "ok")
            #expect(pubSub.statistics[.slowConsumerCloses] == 0)
            #expect(pubSub.statistics[.slowConsumerFrames] == 0)
        }
    }

    @Test("closes a client that reads neither a large message nor what waits behind it")
    func largeMessageUnread() async throws {
        let pubSub = PubSub()
        let endpoint = Self.endpoint(pubSub) {
            $0.maxOutboundBytes = 1 << 20
            $0.closeTimeout = .milliseconds(100)
        }
        try await withServer(mounts: [endpoint]) { port, _ in
            let slow = try await Self.join(port, reading: false)
            let fast = try await Self.join(port)
            endpoint.broadcast("room:a", "large", Self.large)
            #expect(try await fast.next().event == "large")
            for number in 1...20 {
                endpoint.broadcast("room:a", "n", Self.payload(number, bytes: 100_000))
                #expect(try await fast.next().payload["n"] == .number("\(number)"))
            }
            #expect(pubSub.statistics[.slowConsumerCloses] == 1)
            try await slow.socket.setReading(true)
            _ = slow
        }
    }

    @Test("drops and counts for a client that does not read, if so configured, and keeps it")
    func dropsInstead() async throws {
        let pubSub = PubSub()
        let endpoint = Self.endpoint(pubSub) {
            $0.maxOutboundBytes = 1 << 20
            $0.slowConsumerPolicy = .drop
        }
        try await withServer(mounts: [endpoint]) { port, _ in
            let slow = try await Self.join(port, reading: false)
            let fast = try await Self.join(port)
            for number in 0..<20_000 {
                endpoint.broadcast("room:a", "n", Self.payload(number))
                if number % 100 == 99 {
                    for _ in 0..<100 { _ = try await fast.next() }
                }
            }
            #expect(pubSub.statistics[.slowConsumerFrames] > 0)
            #expect(pubSub.statistics.connections == 2)
            try await slow.socket.setReading(true)
            #expect(try await slow.next().payload["n"] == .number("0"))
        }
    }
}

private struct QuietChannel: ChannelCallbacks {}

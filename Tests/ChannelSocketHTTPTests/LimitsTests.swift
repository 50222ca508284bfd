import ChannelSocket
import ChannelSocketTesting
import NIOCore
import PhoenixWire
import Testing

@Suite("Limits of sockets", .timeLimit(.minutes(3)))
struct LimitsTests {
    /// Tells when it is gone.
    private final class Witness: Sendable {
        private let departed: AsyncStream<Void>.Continuation

        init(_ departed: AsyncStream<Void>.Continuation) {
            self.departed = departed
        }

        deinit {
            departed.finish()
        }
    }

    /// Holds on to something, and sleeps in every callback until it is cancelled.
    private struct HoldingChannel: ChannelCallbacks {
        let witness: Witness

        mutating func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
            try await Task.sleep(for: .seconds(3600))
            return .noReply
        }
    }

    private struct LimitedChannel: SocketChannel {
        init(joining topic: String, payload: Payload, socket: Socket) async throws {
            // Until it is cancelled.
            if topic == "room:slow" { try await Task.sleep(for: .seconds(3600)) }
        }

        mutating func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
            if event == "sleep" {
                // Cancelled, it answers all the same.
                try? await Task.sleep(for: .seconds(3600))
            } else if event == "throw" {
                try await Task.sleep(for: .seconds(3600))
            }
            return .reply(.ok, payload)
        }
    }

    private static func endpoint(
        _ pubSub: PubSub, _ change: (inout Endpoint.Configuration) -> Void = { _ in }
    ) -> Endpoint {
        var configuration = Endpoint.Configuration()
        change(&configuration)
        return Endpoint("/ws", pubSub: pubSub, configuration: configuration) { Route("room:*", LimitedChannel.self) }
    }

    private static func connect(_ port: Int) async throws -> TestPhoenixClient {
        try await TestPhoenixClient.connect(port: port, mount: "/ws")
    }

    @Test(
        "answers a callback that takes too long with an error, and goes on when it returns",
        arguments: ["sleep", "throw"])
    func callbackTimeout(event: String) async throws {
        let pubSub = PubSub()
        let endpoint = Self.endpoint(pubSub) { $0.limits.callbackTimeout = .milliseconds(200) }
        try await withServer(mounts: [endpoint]) { port, _ in
            let client = try await Self.connect(port)
            try await client.join("room:a")
            let ref = try await client.push("room:a", event)
            let next = try await client.push("room:a", "echo", ["n": 1])
            let reply = try await client.reply(to: ref)
            #expect(reply.status == "error")
            #expect(reply.payload["reason"] == "timeout")
            #expect(try await client.reply(to: next).status == "ok")
            try await client.expectSilence()
            #expect(pubSub.statistics[.callbackTimeouts] == 1)
            #expect(pubSub.statistics[.lateReplies] == (event == "sleep" ? 1 : 0))
            #expect(pubSub.statistics[.channelCrashes] == 0)
            #expect(pubSub.statistics.channels == 1)
        }
    }

    @Test("refuses a join that is not decided in time, and serves the client's other topics")
    func joinTimeout() async throws {
        let pubSub = PubSub()
        let endpoint = Self.endpoint(pubSub) { $0.limits.joinTimeout = .milliseconds(200) }
        try await withServer(mounts: [endpoint]) { port, _ in
            let client = try await Self.connect(port)
            let reply = try await client.tryJoin("room:slow")
            #expect(reply.status == "error")
            #expect(reply.payload["reason"] == "join timeout")
            try await client.join("room:a")
            #expect(pubSub.statistics[.joinTimeouts] == 1)
        }
    }

    @Test("keeps nothing of a channel whose callback sleeps when its socket closes")
    func closedWhileSleeping() async throws {
        let pubSub = PubSub()
        let (departures, departed) = AsyncStream.makeStream(of: Void.self)
        let endpoint = Endpoint("/ws", pubSub: pubSub) {
            Route("room:*") { _, _, _ in HoldingChannel(witness: Witness(departed)) }
        }
        try await withServer(mounts: [endpoint]) { port, _ in
            let client = try await Self.connect(port)
            try await client.join("room:a")
            try await client.push("room:a", "sleep")
            // Answered after the push was taken.
            try await client.expectSilence()
            await client.socket.disconnect()
            for await _ in departures {}
            #expect(pubSub.statistics[.abandonedChannels] == 0)
            #expect(pubSub.statistics.channels == 0)
        }
    }

    @Test("answers every join of a flood, and another client meanwhile")
    func joinFlood() async throws {
        let pubSub = PubSub()
        let endpoint = Self.endpoint(pubSub) {
            $0.limits.messageRate = RateLimit(perSecond: 5_000, burst: 5_000)
            $0.limits.joinRate = RateLimit(perSecond: 1, burst: 200)
        }
        try await withServer(mounts: [endpoint]) { port, _ in
            let other = try await Self.connect(port)
            try await other.join("room:a")
            let client = try await Self.connect(port)
            let count = 5_000
            var flood: [UInt8] = []
            for number in 0..<count {
                let join = #"["\#(number)","\#(number)","room:\#(number)","phx_join",{}]"#
                flood += TestFrame(opcode: 1, text: join).encoded()
            }
            try await client.socket.send(bytes: flood)
            #expect(try await other.call("room:a", "echo").status == "ok")
            var reasons: [String: Int] = [:]
            for number in 0..<count {
                let reply = try await client.reply(to: "\(number)")
                let reason = reply.status == "ok" ? "ok" : reply.payload["reason"]?.stringValue ?? "none"
                reasons[reason, default: 0] += 1
            }
            let statistics = pubSub.statistics
            #expect(reasons["ok"] == 100)
            #expect(reasons["too many channels joined"] == statistics[.channelsOverLimit])
            #expect(reasons["rate limited"] == statistics[.rateLimitedJoins] + statistics[.rateLimitedMessages])
            #expect(Set(reasons.keys) == ["ok", "too many channels joined", "rate limited"])
            // The bucket gets one a second, and the test does not take an hour.
            #expect(reasons["rate limited", default: 0] > count / 4)
            #expect(try await other.call("room:a", "echo").status == "ok")
        }
    }

    @Test("closes a client that floods with messages, with 1008, and serves another meanwhile")
    func messageFlood() async throws {
        let pubSub = PubSub()
        let endpoint = Self.endpoint(pubSub) {
            $0.limits.messageRate = RateLimit(perSecond: 1, burst: 50)
            $0.limits.maxRefusedMessages = 100
            // Time for the client to read everything, however slow the machine.
            $0.webSocket.closeTimeout = .seconds(30)
        }
        try await withServer(mounts: [endpoint]) { port, _ in
            let other = try await Self.connect(port)
            try await other.join("room:a")
            let client = try await TestWebSocket.connect(
                port: port, to: TestHandshake(path: "/ws/websocket?vsn=2.0.0")
            )
            let heartbeat = TestFrame(opcode: 1, text: #"[null,"1","phoenix","heartbeat",{}]"#).encoded()
            try await client.send(bytes: Array(repeatElement(heartbeat, count: 5_000).joined()))
            var answers = 0
            while case .text = try await client.receive() { answers += 1 }
            // The refused ones are 100, the others 50 and one for each second this took.
            #expect(answers >= 150)
            #expect(answers < 5_000)
            #expect(pubSub.statistics[.rateLimitCloses] == 1)
            #expect(try await other.call("room:a", "echo").status == "ok")
        }
    }

    @Test("tells a client that floods with messages why it is closed")
    func closeReason() async throws {
        let endpoint = Self.endpoint(PubSub()) {
            $0.limits.messageRate = RateLimit(perSecond: 0, burst: 1)
            $0.limits.maxRefusedMessages = 0
        }
        try await withServer(mounts: [endpoint]) { port, _ in
            let client = try await Self.connect(port)
            try await client.push("phoenix", "heartbeat")
            try await client.push("phoenix", "heartbeat")
            _ = try await client.socket.receiveText()
            let event = try await client.socket.receive()
            #expect(event == .close(code: 1008, reason: "message rate limit exceeded"))
        }
    }

    @Test("refuses messages of any claimed length above the limit before they come, without room for them")
    func hugeLengths() async throws {
        let pubSub = PubSub()
        try await withServer(mounts: [Self.endpoint(pubSub)]) { port, _ in
            let lengths: [UInt64] = [10_000_001, 1 << 32, 1 << 40, .max >> 1]
            for length in lengths {
                let client = try await TestWebSocket.connect(
                    port: port, to: TestHandshake(path: "/ws/websocket?vsn=2.0.0")
                )
                let header = [0x82, 0xFF] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
                try await client.send(bytes: header + [1, 2, 3, 4])
                #expect(try await client.receive() == .close(code: 1009, reason: "message too big"))
            }
            #expect(pubSub.statistics[.protocolErrors] == lengths.count)
        }
    }

    @Test("closes a client whose message does not end when there is too much of that, and forgets what it sent")
    func unfinished() async throws {
        let pubSub = PubSub()
        let endpoint = Self.endpoint(pubSub) { $0.webSocket.maxUnfinishedBytesPerLoop = 100_000 }
        try await withServer(mounts: [endpoint]) { port, _ in
            let begun = [0x02, 0xFF] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: 1_000_000 >> ($0 * 8)) }
            let start = begun + [0, 0, 0, 0] + [UInt8](repeating: 0x61, count: 200_000)
            // Twice, and more often than there are event loops: what a closed client held must be forgotten.
            for _ in 0..<8 {
                let client = try await TestWebSocket.connect(
                    port: port, to: TestHandshake(path: "/ws/websocket?vsn=2.0.0")
                )
                try await client.send(bytes: start)
                let event = try await client.receive()
                #expect(event == .close(code: 1013, reason: "too much waits for the end of messages"))
            }
            let modest = try await Self.connect(port)
            try await modest.join("room:a")
            let frame = TestFrame(opcode: 2, payload: [UInt8](repeating: 0x61, count: 90_000)).encoded()
            try await modest.socket.send(bytes: Array(frame.prefix(80_000)))
            try await modest.socket.send(bytes: Array(frame.dropFirst(80_000)))
            // It is no message of Phoenix, but it was let through.
            guard case .close(1011, _) = try await modest.socket.receive() else {
                Issue.record("the message was not let through")
                return
            }
            #expect(pubSub.statistics[.protocolErrors] == 8)
        }
    }

    @Test("refuses a page from elsewhere with 403, and takes one from the same host")
    func origin() async throws {
        let pubSub = PubSub()
        try await withServer(mounts: [Self.endpoint(pubSub)]) { port, _ in
            let refused = await #expect(throws: HandshakeRefused.self) {
                _ = try await TestPhoenixClient.connect(
                    port: port, mount: "/ws", handshakeHeaders: [("Origin", "https://evil.test")]
                )
            }
            #expect(refused?.response.status == 403)
            #expect(pubSub.statistics[.refusedOrigins] == 1)
            _ = try await TestPhoenixClient.connect(
                port: port, mount: "/ws", handshakeHeaders: [("Origin", "http://127.0.0.1:3000")]
            )
        }
    }
}

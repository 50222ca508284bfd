import ChannelSocket
import ChannelSocketTesting
import NIOCore
import Testing

/// Holds docs/limits.md against the server: the limits behind which a connection is closed.
@Suite("Closes at limits", .timeLimit(.minutes(3)))
struct LimitClosesTests {
    struct Close: Sendable, CustomTestStringConvertible {
        /// How the row in docs/limits.md begins.
        var row: String
        var change: @Sendable (inout Endpoint.Configuration) -> Void = { _ in }
        var version = TestPhoenixClient.Version.v2
        /// What goes too far.
        var frames: [TestFrame]
        var code: UInt16
        var reason: String
        var counts: [String: Int]
        var testDescription: String { "\(row): \(reason)" }
    }

    private static let protocolError = ["protocol_errors": 1]
    private static let malformed = ["malformed_messages": 1]
    private static let tooLong = String(repeating: "x", count: 1_025)
    private static let tooDeep = String(repeating: "[", count: 513) + String(repeating: "]", count: 513)

    private static func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x78, count: count) }

    private static func text(_ text: String) -> TestFrame { TestFrame(opcode: 1, text: text) }

    private static func violation(_ code: UInt16, _ reason: String, _ frame: TestFrame) -> Close {
        Close(row: "RFC 6455", frames: [frame], code: code, reason: reason, counts: protocolError)
    }

    private static func largePart(_ row: String, _ reason: String, _ message: String) -> Close {
        Close(row: row, frames: [text(message)], code: 1008, reason: "limit_exceeded: \(reason)", counts: malformed)
    }

    private static func noMessage(
        _ reason: String, _ frame: TestFrame, _ version: TestPhoenixClient.Version = .v2
    ) -> Close {
        Close(
            row: "not a Phoenix message", version: version, frames: [frame], code: 1011, reason: reason,
            counts: malformed
        )
    }

    static let tooMuch = [
        Close(
            row: "`maxMessageBytes`", change: { $0.webSocket.maxMessageBytes = 1_000 },
            frames: [TestFrame(opcode: 2, payload: bytes(1_001))],
            code: 1009, reason: "message too big", counts: protocolError),
        Close(
            row: "`maxMessageBytes`", change: { $0.webSocket.maxMessageBytes = 1_000 },
            frames: [
                TestFrame(opcode: 2, payload: bytes(600), fin: false), TestFrame(opcode: 0, payload: bytes(401)),
            ],
            code: 1009, reason: "message too big", counts: protocolError),
        Close(
            row: "`maxUnfinishedBytesPerLoop`", change: { $0.webSocket.maxUnfinishedBytesPerLoop = 1_000 },
            frames: [TestFrame(opcode: 2, payload: bytes(1_001), fin: false)],
            code: 1013, reason: "too much waits for the end of messages", counts: protocolError),
        Close(
            row: "fragments of a message",
            frames: [TestFrame(opcode: 2, payload: [], fin: false)]
                + Array(repeating: TestFrame(opcode: 0, payload: [], fin: false), count: 1_001),
            code: 1008, reason: "too many fragments", counts: protocolError),
        Close(
            row: "`maxRefusedMessages`",
            change: {
                $0.limits.messageRate = RateLimit(perSecond: 0, burst: 3)
                $0.limits.maxRefusedMessages = 2
            },
            frames: Array(repeating: text(#"[null,"1","phoenix","heartbeat",{}]"#), count: 6),
            code: 1008, reason: "message rate limit exceeded",
            counts: ["rate_limited_messages": 3, "rate_limit_closes": 1]),
    ]

    /// One of each kind; the decoder's own tests have them all.
    static let violations = [
        violation(1002, "reserved opcode", TestFrame(opcode: 3)),
        violation(1002, "reserved bit set", TestFrame(opcode: 1, rsv: 4)),
        violation(1002, "frame not masked", TestFrame(opcode: 1, masked: false)),
        violation(1002, "fragmented control frame", TestFrame(opcode: 9, fin: false)),
        violation(1002, "nothing to continue", TestFrame(opcode: 0)),
        violation(1002, "invalid close code", TestFrame.close(code: 1005)),
        violation(1007, "invalid UTF-8", TestFrame(opcode: 1, payload: [0xFF])),
    ]

    static let largeParts = [
        largePart("`decoding.maxDepth`", "the JSON is nested more than 512 deep", #"[null,"1","a","x",\#(tooDeep)]"#),
        largePart("`decoding`", "the topic is longer than 1024 bytes", #"[null,"1","\#(tooLong)","x",{}]"#),
        largePart("`decoding`", "the event is longer than 1024 bytes", #"[null,"1","a","\#(tooLong)",{}]"#),
        largePart("`decoding`", "a ref is longer than 1024 bytes", #"[null,"\#(tooLong)","a","x",{}]"#),
        largePart("`decoding`", "a ref is longer than 1024 bytes", #"["\#(tooLong)","1","a","x",{}]"#),
    ]

    static let noMessages = [
        noMessage("malformed_message: a V2 message is a JSON array", text("hello")),
        noMessage("malformed_message: a V2 message has five elements", text(#"[null,"1","a","x"]"#)),
        noMessage("malformed_json: the JSON ends too early", text(#"[null,"1""#)),
        noMessage(
            "malformed_binary: a binary message from a client is of kind 0", TestFrame(opcode: 2, payload: [1])),
        noMessage(
            "malformed_binary: the binary message is shorter than its sizes say",
            TestFrame(opcode: 2, payload: [0, 1, 1, 1, 1])),
        noMessage("malformed_message: the message is not a JSON object", text("[]"), .v1),
        noMessage("malformed_message: a V1 message needs topic, event, payload and ref", text("{}"), .v1),
        Close(
            row: "not a Phoenix message", version: .v1, frames: [TestFrame(opcode: 2, payload: [0xFF])],
            code: 1007, reason: "invalid_utf8: the text is not UTF-8", counts: malformed),
    ]

    @Test(
        "have the code and the reason of docs/limits.md, are counted once, and concern nobody else",
        arguments: tooMuch + violations + largeParts + noMessages)
    func closes(expected: Close) async throws {
        try DocumentedLimit(expected.row).expect(
            code: "\(expected.code)", texts: [expected.reason], counts: expected.counts
        )
        var configuration = Endpoint.Configuration()
        // After an error the server does not look at the client's close frame.
        configuration.webSocket.closeTimeout = .milliseconds(200)
        expected.change(&configuration)
        try await withLimitedServer(configuration) { server in
            let socket = try await server.connect(expected.version).socket
            try await socket.send(bytes: expected.frames.flatMap { $0.encoded() })
            var event = try await socket.receive()
            // Answers to what came before.
            while case .text = event { event = try await socket.receive() }
            #expect(event == .close(code: expected.code, reason: expected.reason))
            #expect(try await socket.receive() == .end)
            try await server.expect(counts: expected.counts)
        }
    }

    @Test("come to a client that says nothing, not to one that does")
    func idle() async throws {
        let counts = ["idle_timeouts": 1]
        try DocumentedLimit("`idleTimeout`").expect(code: "1002", texts: ["idle timeout"], counts: counts)
        var configuration = Endpoint.Configuration()
        configuration.webSocket.idleTimeout = .seconds(3)
        configuration.limits.messageRate = nil
        try await withLimitedServer(configuration) { server in
            let idle = try await server.connect()
            while idle.socket.pendingEvents == 0 {
                _ = try await server.other.call("phoenix", "heartbeat")
            }
            #expect(try await idle.socket.receive() == .close(code: 1002, reason: "idle timeout"))
            try await server.expect(counts: counts)
        }
    }

    @Test("come to a client whose lifetime is over")
    func lifetime() async throws {
        let counts = ["expired_sockets": 1]
        try DocumentedLimit("lifetime").expect(code: "4001", texts: ["token expired"], counts: counts)
        try await withLimitedServer { server in
            let client = try await server.connect(query: "connect=expire")
            #expect(try await client.socket.receive() == .close(code: 4001, reason: "token expired"))
            try await server.expect(counts: counts)
        }
    }
}

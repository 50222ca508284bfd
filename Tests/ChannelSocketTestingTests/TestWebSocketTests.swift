import ChannelSocketTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct TestWebSocketTests {
    private static let handshake = TestHandshake(path: "/")

    private static func events(_ bytes: [UInt8], count: Int) async throws -> [TestWebSocketEvent] {
        let server = try await ScriptedServer.startWebSocket(sending: bytes)
        let socket = try await TestWebSocket.connect(port: server.port, to: handshake)
        var events: [TestWebSocketEvent] = []
        for _ in 0..<count { events.append(try await socket.receive()) }
        return events
    }

    @Test("reports every frame in order, fragments as one message")
    func frames() async throws {
        let long = Array(repeating: UInt8(ascii: "x"), count: 70_000)
        let bytes: [UInt8] =
            [0x81, 2, 0x68, 0x69] + [0x01, 1, 0x61] + [0x89, 1, 0x70] + [0x80, 1, 0x62]
            + [0x82, 126, 1, 0] + long[..<256] + [0x82, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70] + long
            + [0x8A, 0] + [0x88, 4, 0x03, 0xE9, 0x62, 0x79]
        let events = try await Self.events(bytes, count: 7)
        #expect(
            events == [
                .text("hi"), .ping([0x70]), .text("ab"), .binary(Array(long[..<256])), .binary(long), .pong([]),
                .close(code: 1001, reason: "by"),
            ])
    }

    @Test(
        "reports what a server may not send",
        arguments: [
            [0x81, 0x81, 1, 2, 3, 4, 5], [0xC1, 0], [0x80, 0], [0x01, 0, 0x01, 0], [0x09, 0], [0x81, 1, 0xFF],
            [0x88, 1, 3], [0x83, 0],
        ] as [[UInt8]])
    func violations(bytes: [UInt8]) async throws {
        let event = try await Self.events(bytes, count: 1)[0]
        guard case .violation = event else {
            Issue.record("got \(event)")
            return
        }
    }

    @Test("tells a refusal with its status and body")
    func refusal() async throws {
        for (head, body) in [
            ("Content-Length: 3\r\n", "no!"), ("Transfer-Encoding: chunked\r\n", "2\r\nno\r\n1\r\n!\r\n0\r\n\r\n"),
        ] {
            let server = try await ScriptedServer.start { _ in
                Array("HTTP/1.1 403 Forbidden\r\nX-A: b\r\n\(head)\r\n\(body)".utf8)
            }
            let refused = try await #require(throws: HandshakeRefused.self) {
                try await TestWebSocket.connect(port: server.port, to: Self.handshake)
            }
            #expect(refused.response.status == 403)
            #expect(refused.response.bodyText == "no!")
            #expect(refused.response["x-a"] == "b")
        }
    }

    @Test("does not take a wrong answer to the key for an upgrade")
    func wrongAccept() async throws {
        let server = try await ScriptedServer.start { _ in
            Array("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: wrong\r\n\r\n".utf8)
        }
        let error = try await #require(throws: TestingError.self) {
            try await TestWebSocket.connect(port: server.port, to: Self.handshake)
        }
        #expect(error.code == .unexpected)
    }

    @Test("gives up waiting at the deadline, and tells the end of the connection")
    func deadline() async throws {
        let server = try await ScriptedServer.startWebSocket(sending: [], then: nil)
        let socket = try await TestWebSocket.connect(port: server.port, to: Self.handshake)
        let error = try await #require(throws: TestingError.self) {
            try await socket.receive(within: .milliseconds(20))
        }
        #expect(error.code == .timeout)
        try await socket.send(text: "anything")
        #expect(try await socket.receive() == .end)
        #expect(try await socket.receive() == .end)
    }

    @Test("lays out frames as RFC 6455 does")
    func layout() {
        #expect(TestFrame(opcode: 1, payload: [7], masked: false).encoded() == [0x81, 1, 7])
        #expect(TestFrame(opcode: 2, payload: [7], fin: false, rsv: 4, masked: false).encoded() == [0x42, 1, 7])
        let masked = TestFrame(opcode: 9, payload: [1, 2, 3, 4, 5]).encoded()
        #expect(masked.prefix(2) == [0x89, 0x85])
        #expect(masked[6...].enumerated().map { $1 ^ masked[2 + $0 % 4] } == [1, 2, 3, 4, 5])
        let huge = TestFrame(opcode: 2, masked: false, claimedLength: 1 << 62).encoded()
        #expect(huge == [0x82, 127, 0x40, 0, 0, 0, 0, 0, 0, 0])
        let long = TestFrame(opcode: 2, payload: Array(repeating: 0, count: 300))
        #expect(long.encoded().prefix(4) == [0x82, 0xFE, 1, 44])
        #expect(TestFrame.close(code: 1000, reason: "a").payload == [0x03, 0xE8, 0x61])
    }
}

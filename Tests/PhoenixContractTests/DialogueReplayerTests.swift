import ChannelSocketTesting
import Testing

/// The replayer must fail where a server does something else, or the transcripts prove nothing.
@Suite(.contractServer, .timeLimit(.minutes(1)))
struct DialogueReplayerTests {
    private static let opened = #"{"status":101,"headers":{}}"#
    private static let pong = #"{"text":"[null,\"1\",\"phoenix\",\"phx_reply\",{\"status\":\"ok\",\"response\":{}}]"}"#

    private static func heartbeat(got: String, more: String = "") -> String {
        #"{"do":"send","conn":"a","text":"[null,\"1\",\"phoenix\",\"heartbeat\",{}]"\#(more),"got":{"a":[\#(got)]}}"#
    }

    private func replay(
        handshake: String = Self.opened, patience: Duration = TestWebSocket.patience, _ steps: String...
    ) async throws {
        let server = try #require(ContractServer.current)
        let open = #"{"do":"open","conn":"a","path":"/websocket?vsn=2.0.0","got":{"handshake":\#(handshake)}}"#
        let text = #"{"name":"n","about":"a","steps":[\#(([open] + steps).joined(separator: ","))]}"#
        let dialogue = try DialogueLibrary.parse(text, runID: DialogueLibrary.makeRunID())
        var replayer = DialogueReplayer(dialogue, port: server.port, patience: patience)
        try await replayer.replay()
    }

    @Test("passes what is as expected")
    func passes() async throws {
        try await replay(Self.heartbeat(got: Self.pong))
    }

    @Test("fails on a frame that is not expected")
    func extraFrame() async throws {
        await #expect(throws: DialogueMismatch.self) { try await replay(Self.heartbeat(got: "")) }
    }

    @Test("fails when an expected frame does not come")
    func missingFrame() async throws {
        await #expect(throws: DialogueMismatch.self) {
            try await replay(patience: .milliseconds(100), Self.heartbeat(got: "\(Self.pong),\(Self.pong)"))
        }
    }

    @Test("fails on other content")
    func otherContent() async throws {
        let other = Self.pong.replacing("response", with: "responses")
        await #expect(throws: DialogueMismatch.self) { try await replay(Self.heartbeat(got: other)) }
    }

    @Test("minds the order unless told otherwise")
    func order() async throws {
        let first = #"{"do":"send","conn":"a","text":"[null,\"0\",\"phoenix\",\"heartbeat\",{}]","more":true}"#
        let zero = Self.pong.replacing(#"\"1\""#, with: #"\"0\""#)
        try await replay(first, Self.heartbeat(got: "\(zero),\(Self.pong)"))
        try await replay(first, Self.heartbeat(got: "\(Self.pong),\(zero)", more: #","unordered":true"#))
        await #expect(throws: DialogueMismatch.self) {
            try await replay(first, Self.heartbeat(got: "\(Self.pong),\(zero)"))
        }
    }

    @Test("fails when a connection is closed that should not be, or the other way round")
    func closing() async throws {
        let malformed = { (got: String) in #"{"do":"send","conn":"a","text":"no","got":{"a":[\#(got)]}}"# }
        try await replay(malformed(#"{"close":1011}"#))
        await #expect(throws: DialogueMismatch.self) { try await replay(malformed("")) }
        await #expect(throws: DialogueMismatch.self) { try await replay(malformed(#"{"close":1000,"reason":""}"#)) }
        await #expect(throws: DialogueMismatch.self) {
            try await replay(Self.heartbeat(got: #"{"close":1011}"#))
        }
    }

    @Test("compares the handshake")
    func handshake() async throws {
        await #expect(throws: DialogueMismatch.self) { try await replay(handshake: #"{"status":403,"headers":{}}"#) }
        let headers = #"{"status":101,"headers":{"sec-websocket-protocol":"phoenix"}}"#
        await #expect(throws: DialogueMismatch.self) { try await replay(handshake: headers) }
    }

    @Test("fills in the placeholders, in hexadecimal too")
    func placeholders() throws {
        let text = #"{"name":"RUNIDX","about":"52554e494458 {{ab*3}} {{y*3}}","steps":[]}"#
        let dialogue = try DialogueLibrary.parse(text, runID: "abc123")
        #expect(dialogue.name == "abc123")
        #expect(dialogue.about == "616263313233 {{ab*3}} yyy")
    }

    @Test(
        "takes a more telling code for 1011 only, and no invented reason for a normal close",
        arguments: [
            (1011, 1011, "", true), (1011, 1002, "why", true), (1011, 1003, "", true), (1011, 1007, "", true),
            (1011, 1008, "", true), (1011, 1000, "", false), (1011, 1001, "", false), (1011, 1012, "", false),
            (1002, 1002, "why", true), (1002, 1011, "", false), (1000, 1000, "", true), (1000, 1000, "why", false),
        ] as [(UInt16, UInt16, String, Bool)])
    func closeCodes(expected: UInt16, got: UInt16, reason: String, isMatch: Bool) {
        let expectation = Dialogue.Expected(close: expected, reason: "")
        #expect(expectation.matches(.close(code: got, reason: reason)) == isMatch)
        #expect(!expectation.matches(.close(code: nil, reason: "")))
    }

    @Test("tells kinds of frames apart")
    func kinds() {
        #expect(Dialogue.Expected(hex: "00ff").matches(.binary([0, 255])))
        #expect(!Dialogue.Expected(hex: "00ff").matches(.binary([0, 254])))
        #expect(!Dialogue.Expected(hex: "61").matches(.text("a")))
        #expect(!Dialogue.Expected(text: "a").matches(.binary([0x61])))
        #expect(Dialogue.Expected(pong: "").matches(.pong([])))
        #expect(!Dialogue.Expected(pong: "").matches(.ping([])))
        #expect(Dialogue.Expected(text: #"{"a":1,"b":1.0}"#).matches(.text(#"{"b":1.0e0,"a":1}"#)))
        #expect(!Dialogue.Expected(text: "[1]").matches(.text("[1,1]")))
    }
}

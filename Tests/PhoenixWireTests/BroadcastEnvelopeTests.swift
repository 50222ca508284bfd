import NIOCore
import PhoenixWire
import Testing

@Suite struct BroadcastEnvelopeTests {
    private func decode(_ text: String, topic: String = "room:lobby") throws -> BroadcastEnvelope {
        try BroadcastEnvelope.decode(ByteBuffer(string: text), topic: topic)
    }

    private func encode(_ envelope: BroadcastEnvelope) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        try envelope.encode(into: &buffer)
        return buffer
    }

    private static let broadcast = Broadcast(
        topic: "room:lobby", event: "new_msg", payload: .json(ByteBuffer(string: #"{"body":"hi"}"#)))

    @Test(
        "takes what anybody may publish",
        arguments: [
            #"{"event":"new_msg","payload":{"body":"hi"}}"#,
            #" { "payload" : {"body":"hi"} , "event" : "new_msg" } "#,
            "\n{\"event\":\"new_msg\",\"payload\":{\"body\":\"hi\"},\"id\":[1]}\n",
            #"{"event":"new_msg","topic":"room:lobby","payload":{"body":"hi","body":"no"}}"#,
            #"[null,null,"room:lobby","new_msg",{"body":"hi"}]"#,
            #" ["1",2,"room:\u006cobby","new_msg",{"body":"hi"}] "#,
        ]
    )
    func external(_ text: String) throws {
        #expect(try decode(text) == BroadcastEnvelope(Self.broadcast))
    }

    @Test("takes an event without a payload")
    func noPayload() throws {
        #expect(try decode(#"{"event":"ping"}"#).broadcast.payload == .emptyObject)
    }

    @Test(
        "says what is wrong with other messages",
        arguments: [
            ("", WireError.Code.malformedMessage, "neither"), ("hello", .malformedMessage, "neither"),
            ("5", .malformedMessage, "neither"), ("{}", .malformedMessage, "event"),
            (#"{"event":5}"#, .malformedMessage, "event"), (#"{"payload":{}}"#, .malformedMessage, "event"),
            (#"{"event":"e","payload":[1]}"#, .malformedMessage, "payload"),
            (#"{"event":"e","payload":"text"}"#, .malformedMessage, "payload"),
            (#"{"event":"e","topic":"room:other"}"#, .malformedMessage, "topic"),
            (#"{"event":"e","topic":5}"#, .malformedMessage, "topic"),
            (#"[null,null,"room:other","e",{}]"#, .malformedMessage, "topic"),
            (#"[null,null,5,"e",{}]"#, .malformedMessage, "topic"),
            (#"[null,null,"room:lobby",5,{}]"#, .malformedMessage, "event"),
            (#"[null,null,"room:lobby","e"]"#, .malformedMessage, "five"),
            (#"[null,null,"room:lobby","e",1]"#, .malformedMessage, "payload"),
            (#"{"event":"e""#, .malformedJSON, ""), (#"[null,null,"room:lobby","e",{}"#, .malformedJSON, ""),
            ("cs2 node - []", .malformedMessage, "cs2"), ("cs10 node - []", .malformedMessage, "cs10"),
            ("cs1", .malformedMessage, "header"), ("cs1 ", .malformedMessage, "header"),
            ("cs1 node", .malformedMessage, "header"), ("cs1 node -", .malformedMessage, "header"),
            ("cs1  - []", .malformedMessage, "header"), ("cs1 n\u{1} - []", .malformedMessage, "header"),
            ("cs1 é - []", .malformedMessage, "header"), ("cs1 node - ", .malformedBinary, ""),
            ("cs1 node - []", .malformedMessage, "five"), ("cs1 node - {}", .malformedBinary, ""),
            (#"cs1 node - [null,null,"room:other","e",{}]"#, .malformedMessage, "topic"),
            ("cs1 node - \u{2}\u{1}\u{1}te", .malformedMessage, "topic"),
            ("cs1 node - \u{2}\u{10}", .malformedBinary, ""), ("cs1 node - \u{1}\u{1}\u{1}te", .malformedBinary, ""),
        ]
    )
    func malformed(_ text: String, _ code: WireError.Code, _ word: String) throws {
        let error = try #require(throws: WireError.self) { try decode(text) }
        #expect(error.code == code)
        #expect(word.isEmpty || error.message.contains(word))
    }

    @Test("writes a form that can be read by people")
    func printable() throws {
        let envelope = BroadcastEnvelope(Self.broadcast, node: "n1", excluding: "n1-7")
        #expect(try encode(envelope).text == #"cs1 n1 n1-7 [null,null,"room:lobby","new_msg",{"body":"hi"}]"#)
        #expect(
            try encode(BroadcastEnvelope(Self.broadcast)).text
                == #"cs1 - - [null,null,"room:lobby","new_msg",{"body":"hi"}]"#)
    }

    @Test("brings everything to the other node", arguments: [nil, "n1"], [nil, "n1-7"])
    func roundTrip(_ node: String?, _ excluding: String?) throws {
        let payloads: [Payload] = [
            Self.broadcast.payload, .json(ByteBuffer(string: "\"text\"")), .json(ByteBuffer(string: "null")),
            .binary(ByteBuffer(hex: "000102fffe")), .binary(ByteBuffer()), .binary(ByteBuffer(string: "[1]")),
        ]
        for payload in payloads {
            for topic in ["room:lobby", "", "ré \"x\"\n"] {
                let broadcast = Broadcast(topic: topic, event: "é\u{0}", payload: payload)
                let envelope = BroadcastEnvelope(broadcast, node: node, excluding: excluding)
                #expect(try BroadcastEnvelope.decode(encode(envelope), topic: topic) == envelope)
            }
        }
    }

    @Test(
        "refuses names that would break the header",
        arguments: ["", "-", "a b", "é", "a\n", String(repeating: "n", count: 128)]
    )
    func names(_ name: String) {
        var buffer = ByteBuffer(string: "before")
        for envelope in [
            BroadcastEnvelope(Self.broadcast, node: name), BroadcastEnvelope(Self.broadcast, excluding: name),
        ] {
            #expect(errorCode { try envelope.encode(into: &buffer) } == .notEncodable)
        }
        #expect(buffer.text == "before")
    }

    @Test("refuses long names with a binary payload and leaves the buffer alone")
    func binaryTooLong() {
        let broadcast = Broadcast(
            topic: String(repeating: "t", count: 256), event: "e", payload: .binary(ByteBuffer()))
        var buffer = ByteBuffer(string: "before")
        #expect(errorCode { try BroadcastEnvelope(broadcast).encode(into: &buffer) } == .notEncodable)
        #expect(buffer.text == "before")
    }
}

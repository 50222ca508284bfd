import NIOCore
import PhoenixWire
import Testing

@Suite struct V1DecodingTests {
    @Test("reads the members in any order")
    func order() throws {
        let expected = Message(
            joinRef: .null, ref: Ref(string: "1"), topic: "room:a", event: "phx_join", payload: .emptyObject)
        for text in [
            #"{"topic":"room:a","event":"phx_join","payload":{},"ref":"1"}"#,
            #"{"ref":"1","payload":{},"event":"phx_join","topic":"room:a"}"#,
            #"{"ref":"1","payload":{},"event":"phx_join","topic":"room:a","join_ref":null,"more":[{"topic":"x"}]}"#,
            #" { "ref" : "1" , "payload" : {} , "event" : "phx_join" , "topic" : "room:a" } "#,
            #"{"\u0072ef":"\u0031","payload":{},"event":"phx\u005fjoin","t\u006fpic":"room:\u0061"}"#,
        ] {
            #expect(try Serializer.v1.message(text) == expected)
        }
    }

    @Test("reads the join ref if there is one")
    func joinRef() throws {
        let message = try Serializer.v1.message(#"{"topic":"t","event":"e","payload":{},"ref":2,"join_ref":"1"}"#)
        #expect(message?.joinRef == Ref(string: "1"))
        #expect(message?.ref == Ref(json: "2"))
    }

    @Test(
        "keeps refs as they are",
        arguments: [("0", "0"), ("null", "null"), (#""1""#, #""1""#), ("[1]", "[1]"), (#"{"a":1}"#, #"{"a":1}"#)]
    )
    func refs(_ json: String, _ expected: String) throws {
        let message = try Serializer.v1.message(#"{"topic":"t","event":"e","payload":{},"ref":\#(json)}"#)
        #expect(message?.ref.json == expected)
    }

    @Test("keeps any payload as it is", arguments: [#""text""#, "null", "5", "[1,\"two\"]", #"{"a":[1.0]}"#])
    func payload(_ json: String) throws {
        let message = try Serializer.v1.message(#"{"topic":"t","event":"e","payload": \#(json) ,"ref":null}"#)
        #expect(message?.payload == .json(ByteBuffer(string: json)))
    }

    @Test("takes the first of members of one name")
    func repeated() throws {
        let text = #"{"topic":"a","topic":"b","event":"e","payload":{"k":1,"k":2},"payload":1,"ref":"1","ref":"2"}"#
        let message = try Serializer.v1.message(text)
        #expect(message?.topic == "a")
        #expect(message?.payload.text == #"{"k":1}"#)
        #expect(message?.ref == Ref(string: "1"))
    }

    @Test("answers a topic that is not a string")
    func invalidTopic() throws {
        let text = ByteBuffer(string: #"{"topic":{"a":1},"event":"phx_leave","payload":{},"ref":"3","join_ref":"2"}"#)
        #expect(
            try Serializer.v1.decode(text: text)
                == .invalidTopic(
                    topicJSON: #"{"a":1}"#, joinRef: Ref(string: "2"), ref: Ref(string: "3"), event: "phx_leave"))
    }

    @Test("does not look at the opcode")
    func opcode() throws {
        let text = ByteBuffer(string: #"{"topic":"t","event":"e","payload":{},"ref":"1"}"#)
        #expect(try Serializer.v1.decode(binary: text) == Serializer.v1.decode(text: text))
    }

    @Test(
        "refuses what is no V1 message",
        arguments: [
            (#"{"topic":"phoenix","event":"heartbeat","payload":{}}"#, WireError.Code.malformedMessage),
            (#"{"topic":"phoenix","event":"heartbeat","ref":"1"}"#, .malformedMessage),
            (#"{"topic":"phoenix","payload":{},"ref":"1"}"#, .malformedMessage),
            (#"{"event":"heartbeat","payload":{},"ref":"1"}"#, .malformedMessage),
            ("{}", .malformedMessage), ("[]", .malformedMessage), ("hello", .malformedMessage), ("", .malformedMessage),
            (#"[null,"1","phoenix","heartbeat",{}]"#, .malformedMessage), (#""text""#, .malformedMessage),
            (#"{"topic":"t","event":"e","payload":{},"ref":"1"} x"#, .malformedJSON),
            (#"{"topic":"t","event":"e","payload":{},"ref":"1""#, .malformedJSON),
            (#"{"topic":"t","event":"e","payload":{},"ref":"1",}"#, .malformedJSON),
            (#"{"topic":"t","event":"e","payload":NaN,"ref":"1"}"#, .malformedJSON),
            (#"{"topic" "t"}"#, .malformedJSON), (#"{1:2}"#, .malformedJSON),
        ]
    )
    func malformed(_ text: String, _ code: WireError.Code) {
        #expect(errorCode { _ = try Serializer.v1.message(text) } == code)
    }
}

import NIOCore
import PhoenixWire
import Testing

@Suite struct V2TextDecodingTests {
    @Test("reads the five elements")
    func elements() throws {
        let expected = Message(
            joinRef: Ref(string: "1"), ref: Ref(string: "2"), topic: "room:a", event: "new_msg",
            payload: .json(ByteBuffer(string: #"{"x":1}"#)))
        for text in [
            #"["1","2","room:a","new_msg",{"x":1}]"#,
            " [ \"1\" ,\t\"2\" ,\r\n\"room:a\" , \"new_msg\" , {\"x\":1} ] \n",
            #"["1","2","room:a","new_msg",{"x":1},{"k":"v"},[[]],null]"#,
            #"["\u0031","2","ro\u006fm:a","new\u005fmsg",{"x":1}]"#,
        ] {
            #expect(try Serializer.v2.message(text) == expected)
        }
    }

    @Test(
        "keeps refs as they are",
        arguments: ["null", "0", "7", "-1.50", #""1""#, #""""#, #"{"a":1}"#, "[1]", "true", #""é""#]
    )
    func refs(_ json: String) throws {
        let message = try Serializer.v2.message(#"[\#(json),\#(json),"t","e",{}]"#)
        #expect(message?.joinRef.json == json)
        #expect(message?.ref.json == json)
    }

    @Test("reads equal strings as equal refs, however they are written")
    func escapedRefs() throws {
        let message = try Serializer.v2.message(#"["a/\u00e9\n","\u0061\/é\u000a","t","e",{}]"#)
        #expect(message?.joinRef == message?.ref)
        #expect(message?.ref == Ref(string: "a/é\n"))
    }

    @Test("decodes escapes in topic and event")
    func escapes() throws {
        let message = try Serializer.v2.message(#"[null,null,"room:g\u00e9\ud83d\ude00","\"\\\/\b\f\n\r\t\u0000",{}]"#)
        #expect(message?.topic == "room:gé😀")
        #expect(message?.event == "\"\\/\u{8}\u{C}\n\r\t\u{0}")
    }

    @Test("keeps any payload as it is", arguments: [#""text""#, "null", "5", "[1, \"two\"]", #"{ "a" : 1.0e3 }"#])
    func payload(_ json: String) throws {
        let message = try Serializer.v2.message("[null,null,\"t\",\"e\", \(json) ]")
        #expect(message?.payload == .json(ByteBuffer(string: json)))
    }

    @Test("reads an event that is not a string as its JSON text")
    func event() throws {
        #expect(try Serializer.v2.message(#"[null,"3","t",null,{}]"#)?.event == "null")
        #expect(try Serializer.v2.message(#"[null,"3","t",{"a": 1},{}]"#)?.event == #"{"a": 1}"#)
    }

    @Test("answers a topic that is not a string", arguments: ["5", #"{"a":1}"#, "null", "[\"t\"]"])
    func invalidTopic(_ json: String) throws {
        let text = ByteBuffer(string: #"["3","4",\#(json),"phx_join",{}]"#)
        #expect(
            try Serializer.v2.decode(text: text)
                == .invalidTopic(
                    topicJSON: json, joinRef: Ref(string: "3"), ref: Ref(string: "4"), event: "phx_join"))
    }

    @Test("takes the first of members of one name")
    func repeated() throws {
        #expect(try Serializer.v2.message(#"["1","2","t","e",{"a":1,"a":2}]"#)?.payload.text == #"{"a":1}"#)
    }

    @Test("reads a frame that is a part of a larger buffer")
    func slice() throws {
        var buffer = ByteBuffer(string: "xxxx[null,null,\"t\",\"e\",{\"a\":1}]yyyy")
        buffer.moveReaderIndex(forwardBy: 4)
        buffer.moveWriterIndex(to: buffer.writerIndex - 4)
        #expect(try Serializer.v2.message(buffer)?.payload.text == #"{"a":1}"#)
    }

    @Test(
        "refuses what is no V2 message",
        arguments: [
            ("", WireError.Code.malformedMessage), ("[]", .malformedMessage), ("[ ]", .malformedMessage),
            (#"["1","2","phoenix","heartbeat"]"#, .malformedMessage), (#"["1"]"#, .malformedMessage),
            (#"{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1"}"#, .malformedMessage),
            (#""hello""#, .malformedMessage), ("hello", .malformedMessage), ("null", .malformedMessage),
            (#"["1","2","phoenix","heartbeat",{}"#, .malformedJSON), (#"["1","2","phoenix","heartb"#, .malformedJSON),
            (#"["1","2","phoenix","heartbeat",{},]"#, .malformedJSON), (#"["1","2","t","e",{},x]"#, .malformedJSON),
            (#"["1","2","phoenix","heartbeat",{}] 1"#, .malformedJSON), (#"["1","2","t","e",{}]]"#, .malformedJSON),
            (#"["1","2","t","e",{"x":NaN}]"#, .malformedJSON), (#"["1""2","t","e",{}]"#, .malformedJSON),
            ("[\"1\",\"2\",\"t\",\"e\",{\"x\":\"\u{1}\"}]", .malformedJSON), (#"[,"2","t","e",{}]"#, .malformedJSON),
            (#"["1","2","t","e",]"#, .malformedJSON), (#"["1","2","\ud800","e",{}]"#, .malformedJSON),
        ]
    )
    func malformed(_ text: String, _ code: WireError.Code) {
        #expect(errorCode { _ = try Serializer.v2.message(text) } == code)
    }

    @Test(
        "says that a frame is not UTF-8, wherever that is",
        arguments: ["5b22ff225d", "ff", "5b22c3225d", "5b5d ff", "68656c6c6f ff", "5b22edA080225d"]
    )
    func invalidUTF8(_ hex: String) {
        let frame = ByteBuffer(hex: hex)
        #expect(errorCode { _ = try Serializer.v2.decode(text: frame) } == .invalidUTF8)
        #expect(errorCode { _ = try Serializer.v1.decode(text: frame) } == .invalidUTF8)
    }

    @Test("refuses what exceeds the limits, and nothing below them")
    func limits() throws {
        let limits = DecodingLimits(maxDepth: 2, maxTopicBytes: 4, maxEventBytes: 3, maxRefBytes: 5)
        func code(_ text: String) -> WireError.Code? {
            errorCode { _ = try Serializer.v2.message(text, limits: limits) }
        }
        #expect(code(#"["123","123","tttt","eee",[[]]]"#) == nil)
        #expect(code(#"["1234","123","tttt","eee",[[]]]"#) == .limitExceeded)
        #expect(code(#"["123","1234","tttt","eee",[[]]]"#) == .limitExceeded)
        #expect(code(#"["123","123","ttttt","eee",[[]]]"#) == .limitExceeded)
        #expect(code(#"["123","123","tttt","eeee",[[]]]"#) == .limitExceeded)
        #expect(code(#"["123","123","tttt","eee",[[[]]]]"#) == .limitExceeded)
        #expect(code(#"["123","123","tttt","eee",{},[[[]]]]"#) == .limitExceeded)
    }
}

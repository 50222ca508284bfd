import NIOCore
import PhoenixWire
import Testing

@Suite struct TextEncodingTests {
    private static let payload = Payload.json(ByteBuffer(string: #"{"x":1}"#))

    /// Encodes after some bytes that must stay, and returns what was appended.
    private func encoded(
        as expected: FrameKind = .text,
        _ encode: (inout ByteBuffer) throws -> FrameKind
    ) throws -> String {
        var buffer = ByteBuffer(string: "before")
        #expect(try encode(&buffer) == expected)
        #expect(buffer.readString(length: 6) == "before")
        return buffer.text
    }

    @Test("writes replies")
    func reply() throws {
        var reply = Reply(
            joinRef: Ref(string: "1"), ref: Ref(string: "2"), topic: "room:a", status: .ok, payload: Self.payload)
        #expect(
            try encoded { try Serializer.v2.encode(reply, into: &$0) }
                == #"["1","2","room:a","phx_reply",{"response":{"x":1},"status":"ok"}]"#)
        #expect(
            try encoded { try Serializer.v1.encode(reply, into: &$0) }
                == #"{"event":"phx_reply","payload":{"response":{"x":1},"status":"ok"},"ref":"2","topic":"room:a"}"#)
        reply.status = .error
        reply.joinRef = .null
        reply.payload = .reason("unmatched topic")
        #expect(
            try encoded { try Serializer.v2.encode(reply, into: &$0) }
                == #"[null,"2","room:a","phx_reply",{"response":{"reason":"unmatched topic"},"status":"error"}]"#)
    }

    @Test("carries any JSON value in a reply", arguments: ["null", "5", "\"text\"", "[1,\"two\"]"])
    func replyPayload(_ json: String) throws {
        let reply = Reply(
            joinRef: .null, ref: Ref(json: "7"), topic: "t", status: .ok, payload: .json(ByteBuffer(string: json)))
        #expect(
            try encoded { try Serializer.v2.encode(reply, into: &$0) }
                == #"[null,7,"t","phx_reply",{"response":\#(json),"status":"ok"}]"#)
    }

    @Test("returns refs as they came", arguments: ["null", "0", #"{"a":1}"#, "[1]", #""ü1""#])
    func refs(_ json: String) throws {
        let ref = Ref(json: json)
        let reply = Reply(joinRef: ref, ref: ref, topic: "t", status: .ok, payload: .emptyObject)
        #expect(
            try encoded { try Serializer.v2.encode(reply, into: &$0) }
                == #"[\#(json),\#(json),"t","phx_reply",{"response":{},"status":"ok"}]"#)
    }

    @Test("answers a topic that was not a string with that topic")
    func invalidTopic() throws {
        let reply = try encoded {
            try Serializer.v2.encodeReply(
                toInvalidTopic: #"{"a":1}"#, joinRef: .null, ref: Ref(string: "3"), status: .error,
                payload: .reason("unmatched topic"), into: &$0)
        }
        #expect(reply == #"[null,"3",{"a":1},"phx_reply",{"response":{"reason":"unmatched topic"},"status":"error"}]"#)
    }

    @Test("writes broadcasts")
    func broadcast() throws {
        let broadcast = Broadcast(topic: "room:a", event: "new_msg", payload: Self.payload)
        #expect(
            try encoded { try Serializer.v2.encode(broadcast, into: &$0) } == #"[null,null,"room:a","new_msg",{"x":1}]"#
        )
        #expect(
            try encoded { try Serializer.v1.encode(broadcast, into: &$0) }
                == #"{"event":"new_msg","payload":{"x":1},"ref":null,"topic":"room:a"}"#)
    }

    @Test("writes pushes, and phx_close with its ref")
    func push() throws {
        let ref = Ref(string: "1")
        let push = try encoded {
            try Serializer.v2.encodePush(joinRef: ref, topic: "t", event: "e", payload: Self.payload, into: &$0)
        }
        #expect(push == #"["1",null,"t","e",{"x":1}]"#)
        let close = try encoded {
            try Serializer.v2.encodeMessage(
                joinRef: ref, ref: ref, topic: "t", event: "phx_close", payload: .emptyObject, into: &$0)
        }
        #expect(close == #"["1","1","t","phx_close",{}]"#)
        let closeV1 = try encoded {
            try Serializer.v1.encodeMessage(
                joinRef: .null, ref: .null, topic: "t", event: "phx_close", payload: .emptyObject, into: &$0)
        }
        #expect(closeV1 == #"{"event":"phx_close","payload":{},"ref":null,"topic":"t"}"#)
    }

    @Test("escapes topic and event")
    func escapes() throws {
        let text = "é😀\"\\/\n\u{1}\u{7F} and a tail of some length\t"
        let broadcast = Broadcast(topic: text, event: text, payload: .emptyObject)
        let literal = #""é😀\"\\/\n\u0001\#u{7F} and a tail of some length\t""#
        #expect(
            try encoded { try Serializer.v2.encode(broadcast, into: &$0) } == "[null,null,\(literal),\(literal),{}]")
        for serializer in Serializer.allCases {
            let frame = try encoded { try serializer.encode(broadcast, into: &$0) }
            let message = try serializer.message(frame)
            #expect(message?.topic == text)
            #expect(message?.event == text)
        }
    }

    @Test("refuses V2 pushes and broadcasts of anything but objects", arguments: ["null", "5", "\"text\"", "[1]"])
    func notAnObject(_ json: String) throws {
        let broadcast = Broadcast(topic: "t", event: "e", payload: .json(ByteBuffer(string: json)))
        var buffer = ByteBuffer()
        #expect(errorCode { _ = try Serializer.v2.encode(broadcast, into: &buffer) } == .notEncodable)
        let code = errorCode {
            _ = try Serializer.v2.encodePush(
                joinRef: .null, topic: "t", event: "e", payload: broadcast.payload, into: &buffer)
        }
        #expect(code == .notEncodable)
        #expect(buffer.readableBytes == 0)
        #expect(
            try encoded { try Serializer.v1.encode(broadcast, into: &$0) }
                == #"{"event":"e","payload":\#(json),"ref":null,"topic":"t"}"#)
    }

    @Test("refuses binary payloads on V1")
    func binaryOnV1() {
        let payload = Payload.binary(ByteBuffer(string: "{}"))
        let reply = Reply(joinRef: .null, ref: .null, topic: "t", status: .ok, payload: payload)
        let broadcast = Broadcast(topic: "t", event: "e", payload: payload)
        var buffer = ByteBuffer()
        #expect(errorCode { _ = try Serializer.v1.encode(reply, into: &buffer) } == .notEncodable)
        #expect(errorCode { _ = try Serializer.v1.encode(broadcast, into: &buffer) } == .notEncodable)
        let push = errorCode {
            _ = try Serializer.v1.encodePush(joinRef: .null, topic: "t", event: "e", payload: payload, into: &buffer)
        }
        #expect(push == .notEncodable)
        #expect(buffer.readableBytes == 0)
    }
}

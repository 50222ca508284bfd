import NIOCore
import PhoenixWire
import Testing

/// Vectors recorded from Phoenix; topics and refs as there.
@Suite struct V2BinaryTests {
    static let topic = "room:g-bp-RUNIDX"

    @Test("reads a client's push")
    func push() throws {
        let frame = ByteBuffer(hex: "00010110033132726f6f6d3a672d62702d52554e49445862696e000102fffe")
        let expected = Message(
            joinRef: Ref(string: "1"), ref: Ref(string: "2"), topic: Self.topic, event: "bin",
            payload: .binary(ByteBuffer(hex: "000102fffe")))
        #expect(try Serializer.v2.decode(binary: frame) == .message(expected))
    }

    @Test("reads an empty join ref as the empty string, not as null")
    func emptyJoinRef() throws {
        let frame = ByteBuffer(hex: "00000107093170686f656e6978686561727462656174")
        let expected = Message(
            joinRef: Ref(string: ""), ref: Ref(string: "1"), topic: "phoenix", event: "heartbeat",
            payload: .binary(ByteBuffer()))
        #expect(try Serializer.v2.decode(binary: frame) == .message(expected))
        #expect(!expected.joinRef.isNull)
    }

    @Test("reads strings of 255 bytes")
    func longStrings() throws {
        let long = String(repeating: "y", count: 255)
        var frame = ByteBuffer(bytes: [0, 255, 255, 255, 255])
        for _ in 0..<4 { frame.writeString(long) }
        let expected = Message(
            joinRef: Ref(string: long), ref: Ref(string: long), topic: long, event: long, payload: .binary(ByteBuffer())
        )
        #expect(try Serializer.v2.decode(binary: frame) == .message(expected))
    }

    @Test("keeps quotes and backslashes in refs")
    func awkwardRefs() throws {
        let frame = ByteBuffer(bytes: [0, 2, 1, 1, 1] + Array("\"\\\ntex".utf8))
        guard case .message(let message) = try Serializer.v2.decode(binary: frame) else { return }
        #expect(message.joinRef.stringValue == "\"\\")
        #expect(message.ref.json == #""\n""#)
        #expect(message.payload == .binary(ByteBuffer(string: "x")))
    }

    @Test(
        "refuses what is no client push",
        arguments: [
            "", "00", "00010107", "0201010709313270686f656e6978686561727462656174",
            "0901010709313270686f656e6978686561727462656174", "01010107093132", "00ffeeddccbbaa99887766554433221100",
            "5b6e756c6c2c2231222c2270686f656e6978222c22686561727462656174222c7b7d5d", "00010101013132 74",
            // Strings that are not UTF-8: join ref, ref, topic, event.
            "0001000101 ff7465", "0000010101 ff7465", "0000000101 ff65", "0000000101 74ff", "0000000201 c32865",
        ]
    )
    func malformed(_ hex: String) {
        #expect(errorCode { _ = try Serializer.v2.decode(binary: ByteBuffer(hex: hex)) } == .malformedBinary)
    }

    @Test("refuses strings longer than the limits")
    func limits() {
        let frame = ByteBuffer(hex: "0000000202 74746565")
        let limits = DecodingLimits(maxTopicBytes: 1)
        #expect(errorCode { _ = try Serializer.v2.decode(binary: frame) } == nil)
        #expect(errorCode { _ = try Serializer.v2.decode(binary: frame, limits: limits) } == .limitExceeded)
    }

    @Test("writes replies as kind 1")
    func reply() throws {
        var reply = Reply(
            joinRef: Ref(string: "1"), ref: Ref(string: "2"), topic: Self.topic, status: .ok,
            payload: .binary(ByteBuffer(hex: "000102fffe")))
        var buffer = ByteBuffer()
        #expect(try Serializer.v2.encode(reply, into: &buffer) == .binary)
        #expect(buffer.hex == "01010110023132726f6f6d3a672d62702d52554e4944586f6b000102fffe")

        reply.topic = "room:g-bx-RUNIDX"
        reply.status = .error
        reply.payload = .binary(ByteBuffer(hex: "010203"))
        buffer.clear()
        _ = try Serializer.v2.encode(reply, into: &buffer)
        #expect(buffer.hex == "01010110053132726f6f6d3a672d62782d52554e4944586572726f72010203")
    }

    @Test("writes null refs as empty strings and others as their JSON text")
    func refs() throws {
        var buffer = ByteBuffer()
        let reply = Reply(
            joinRef: .null, ref: Ref(json: "17"), topic: "t", status: .ok, payload: .binary(ByteBuffer(string: "x")))
        _ = try Serializer.v2.encode(reply, into: &buffer)
        #expect(buffer.hex == "0100020102" + "3137" + "74" + "6f6b" + "78")
    }

    @Test("writes broadcasts as kind 2")
    func broadcast() throws {
        let payload = Payload.binary(ByteBuffer(hex: "000102fffe"))
        var buffer = ByteBuffer()
        let broadcast = Broadcast(topic: Self.topic, event: "bin", payload: payload)
        #expect(try Serializer.v2.encode(broadcast, into: &buffer) == .binary)
        #expect(buffer.hex == "021003726f6f6d3a672d62702d52554e49445862696e000102fffe")
    }

    @Test("writes pushes as kind 0, without a ref")
    func serverPush() throws {
        var buffer = ByteBuffer()
        let payload = Payload.binary(ByteBuffer(hex: "ff"))
        let kind = try Serializer.v2.encodePush(
            joinRef: Ref(string: "12"), topic: "t:1", event: "ev", payload: payload, into: &buffer)
        #expect(kind == .binary)
        #expect(buffer.hex == "00020302" + "3132" + "743a31" + "6576" + "ff")
    }

    @Test("refuses strings of more than 255 bytes and leaves the buffer alone")
    func tooLong() {
        let long = String(repeating: "é", count: 128)
        let payload = Payload.binary(ByteBuffer())
        var buffer = ByteBuffer(string: "before")
        let ref = Ref(string: long)
        let replies = [
            Reply(joinRef: ref, ref: .null, topic: "t", status: .ok, payload: payload),
            Reply(joinRef: .null, ref: ref, topic: "t", status: .ok, payload: payload),
            Reply(joinRef: .null, ref: .null, topic: long, status: .ok, payload: payload),
        ]
        for reply in replies {
            #expect(errorCode { _ = try Serializer.v2.encode(reply, into: &buffer) } == .notEncodable)
        }
        for broadcast in [
            Broadcast(topic: long, event: "e", payload: payload), Broadcast(topic: "t", event: long, payload: payload),
        ] {
            #expect(errorCode { _ = try Serializer.v2.encode(broadcast, into: &buffer) } == .notEncodable)
            let code = errorCode {
                _ = try Serializer.v2.encodePush(
                    joinRef: .null, topic: broadcast.topic, event: broadcast.event, payload: payload, into: &buffer)
            }
            #expect(code == .notEncodable)
        }
        #expect(buffer.text == "before")
    }
}

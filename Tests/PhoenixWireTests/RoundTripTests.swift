import NIOCore
import PhoenixWire
import Testing

/// What is encoded decodes to the same, for random messages.
@Suite struct RoundTripTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4]

    private func message(_ values: inout RandomValues) -> Message {
        func ref(_ values: inout RandomValues) -> Ref {
            switch values.number(0...3) {
            case 0: .null
            case 1: Ref(json: String(values.number(0...99_999)))
            default: Ref(string: values.text())
            }
        }
        return Message(
            joinRef: ref(&values), ref: ref(&values), topic: values.text(), event: values.text(),
            payload: .json(ByteBuffer(string: values.object())))
    }

    @Test("V2 text", arguments: seeds)
    func version2(_ seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        for _ in 0..<500 {
            let message = message(&values)
            var buffer = ByteBuffer()
            _ = try Serializer.v2.encodeMessage(
                joinRef: message.joinRef, ref: message.ref, topic: message.topic, event: message.event,
                payload: message.payload, into: &buffer)
            #expect(try Serializer.v2.decode(text: buffer) == .message(message), "seed \(seed): \(buffer.text)")
        }
    }

    @Test("V1, but for the join ref that it does not send", arguments: seeds)
    func version1(_ seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        for _ in 0..<500 {
            var message = message(&values)
            message.payload = .json(ByteBuffer(string: values.json()))
            var buffer = ByteBuffer()
            _ = try Serializer.v1.encodeMessage(
                joinRef: message.joinRef, ref: message.ref, topic: message.topic, event: message.event,
                payload: message.payload, into: &buffer)
            message.joinRef = .null
            #expect(try Serializer.v1.decode(text: buffer) == .message(message), "seed \(seed): \(buffer.text)")
        }
    }

    @Test("envelopes between nodes", arguments: seeds)
    func envelope(_ seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        for _ in 0..<500 {
            let message = message(&values)
            let payload =
                values.bool() ? Payload.json(ByteBuffer(string: values.json())) : .binary(message.payload.bytes)
            let envelope = BroadcastEnvelope(
                Broadcast(topic: message.topic, event: message.event, payload: payload), node: "n", excluding: "n-1")
            var buffer = ByteBuffer()
            try envelope.encode(into: &buffer)
            #expect(try BroadcastEnvelope.decode(buffer, topic: message.topic) == envelope, "seed \(seed)")
        }
    }

    @Test("payloads are forwarded byte by byte", arguments: seeds)
    func payload(_ seed: UInt64) throws {
        var values = RandomValues(seed: seed)
        for _ in 0..<500 {
            let json = values.json()
            let padded = values.space() + json + values.space()
            #expect(try Payload(json: padded).text == json, "seed \(seed)")
        }
    }
}

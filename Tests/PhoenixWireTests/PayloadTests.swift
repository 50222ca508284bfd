import NIOCore
import PhoenixWire
import Testing

@Suite struct PayloadTests {
    private struct Greeting: Codable, Equatable {
        var body: String
        var count: Int
    }

    @Test("is made from text, without the white space around it")
    func text() throws {
        #expect(try Payload(json: " {\"a\": 1}\n").text == "{\"a\": 1}")
        #expect(errorCode { _ = try Payload(json: "{") } == .malformedJSON)
    }

    @Test("keeps no more of a frame than it may")
    func detached() throws {
        let padding = String(repeating: " ", count: 10_000)
        let frame = ByteBuffer(string: "[null,\"1\",\"t\",\"e\",{\"a\":1},\"\(padding)\"]")
        guard case .message(let message) = try Serializer.v2.decode(text: frame) else { throw CancellationError() }
        #expect(message.payload.bytes.storageCapacity > 10_000)
        let payload = message.payload.detached(ifSharing: 100)
        #expect(payload == message.payload)
        #expect(payload.bytes.storageCapacity < 100)
        #expect(message.payload.detached(ifSharing: 100_000).bytes.storageCapacity > 10_000)
    }

    @Test("gives the reason of an error")
    func reason() {
        #expect(Payload.reason("unmatched topic").text == #"{"reason":"unmatched topic"}"#)
        #expect(Payload.reason("a \"b\"\n").text == #"{"reason":"a \"b\"\n"}"#)
    }

    @Test("encodes and decodes values")
    func codable() throws {
        let payload = try Payload.encoding(Greeting(body: "a/b", count: 2))
        #expect(payload.isJSONObject)
        #expect(payload.text.contains("a/b"))
        #expect(try payload.decode(Greeting.self) == Greeting(body: "a/b", count: 2))
        #expect(try Payload.encoding("text").text == "\"text\"")
    }

    @Test("refuses numbers that are not JSON")
    func notANumber() {
        #expect(throws: EncodingError.self) { try Payload.encoding(["x": Double.nan]) }
        #expect(throws: EncodingError.self) { try Payload.encoding(["x": Double.infinity]) }
    }

    @Test("does not decode binary")
    func binary() {
        let payload = Payload.binary(ByteBuffer(string: "{}"))
        #expect(!payload.isJSONObject)
        #expect(throws: DecodingError.self) { try payload.decode(Greeting.self) }
    }
}

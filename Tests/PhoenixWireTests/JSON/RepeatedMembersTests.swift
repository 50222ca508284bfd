import NIOCore
import Testing

@testable import PhoenixWire

@Suite struct RepeatedMembersTests {
    @Test(
        "keeps the first of members of one name",
        arguments: [
            (#"{"a":1,"a":2}"#, #"{"a":1}"#),
            (#"{"a":1,"b":0,"a":2}"#, #"{"a":1,"b":0}"#),
            (#"{"a":1,"a":2,"b":0}"#, #"{"a":1,"b":0}"#),
            (#"{"a":1,"a":2,"a":3}"#, #"{"a":1}"#),
            (#"{"a":{"a":1},"b":{"a":2}}"#, #"{"a":{"a":1},"b":{"a":2}}"#),
            (#"[{"a":1},{"a":2}]"#, #"[{"a":1},{"a":2}]"#),
            (#"{"x":[{"a":1,"a":{"y":[1,2]}},3]}"#, #"{"x":[{"a":1},3]}"#),
            (#"{"a":[1,{"b":",}]"}],"a":{"c":[{}],"d":"},{"},"e":1}"#, #"{"a":[1,{"b":",}]"}],"e":1}"#),
            (#"{"a":1,"a":{"b":1,"b":2},"c":3,"c":4}"#, #"{"a":1,"c":3}"#),
            (#"{"a":1,"\u0061":2}"#, #"{"a":1}"#),
            (#"{"\u0061":1,"a":2}"#, #"{"\u0061":1}"#),
            (#"{"\"":1,"\u0022":2,"\\":3}"#, #"{"\"":1,"\\":3}"#),
            (#"{"a\\":1,"a":2}"#, #"{"a\\":1,"a":2}"#),
            ("{\"e\u{301}\":1,\"\u{e9}\":2}", "{\"e\u{301}\":1,\"\u{e9}\":2}"),
            (#"{"":1,"":2}"#, #"{"":1}"#),
            (#"{ "a" : 1 , "a" : 2 }"#, #"{ "a" : 1 }"#),
            (#"{"longer than eight":1,"longer than eight":2}"#, #"{"longer than eight":1}"#),
        ]
    )
    func firstWins(_ json: String, _ expected: String) throws {
        #expect(try Payload(json: json).text.utf8.elementsEqual(expected.utf8))
    }

    @Test("finds a repeated key among any number of keys", arguments: [1, 7, 16, 31, 40, 200, 5000])
    func manyKeys(_ count: Int) throws {
        let members = (0..<count).map { "\"key\($0)\":\($0)" }.joined(separator: ",")
        for repeated in Set([0, count / 2, count - 1]) {
            let json = "{\(members),\"key\(repeated)\":null}"
            #expect(try Payload(json: json).text == "{\(members)}")
        }
    }

    @Test("does not suspect objects without repeated keys", arguments: [1, 10, 30, 31, 100, 1000, 20_000])
    func noFalseAlarm(_ count: Int) throws {
        let json = ByteBuffer(string: "{\((0..<count).map { "\"\($0)\":\($0)" }.joined(separator: ","))}")
        let token = try json.withUnsafeReadableBytes { bytes throws(WireError) in
            var scanner = JSONScanner(bytes, maxDepth: 8)
            return try scanner.scanValue()
        }
        #expect(!token.mayRepeatKeys)
    }

    @Test("treats equal keys alike at the very end of the buffer")
    func endOfBuffer() throws {
        for length in 1...20 {
            let key = "abcdefghijklmnopqrst".prefix(length)
            #expect(try Payload(json: "{\"\(key)\":1,\"\(key)\":2}").text == "{\"\(key)\":1}")
        }
    }

    @Test("forwards the bytes themselves when no key is repeated")
    func untouched() throws {
        let frame = ByteBuffer(string: #"["1","2","t","e", { "b" : 1.0 , "a" : [ 1e3 ] } ]"#)
        guard case .message(let message) = try Serializer.v2.decode(text: frame) else { return }
        #expect(message.payload.text == #"{ "b" : 1.0 , "a" : [ 1e3 ] }"#)
    }
}

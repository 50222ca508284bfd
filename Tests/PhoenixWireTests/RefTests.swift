import PhoenixWire
import Testing

@Suite struct RefTests {
    @Test("writes a string as a JSON literal and gives it back", arguments: ["", "1", "a\"b", "\\", "\u{1}\n", "é😀"])
    func roundTrip(_ string: String) {
        #expect(Ref(string: string).stringValue == string)
    }

    @Test("escapes only what it must")
    func escapes() {
        #expect(Ref(string: "1").json == "\"1\"")
        #expect(Ref(string: "a\"\\/\n\t\r\u{8}\u{C}\u{1}\u{1f}é").json == #""a\"\\/\n\t\r\b\f\u0001\u001Fé""#)
    }

    @Test("keeps strings, numbers and null apart")
    func kinds() {
        #expect(Ref(string: "1") != Ref(json: "1"))
        #expect(Ref(string: "null") != .null)
        #expect(Ref.null.isNull)
        #expect(!Ref(string: "").isNull)
        #expect(Ref(json: "1").stringValue == nil)
        #expect(Ref.null.stringValue == nil)
    }

    @Test("compares bytes, not characters")
    func bytes() {
        #expect(Ref(string: "\u{e9}") != Ref(string: "e\u{301}"))
        #expect(Set([Ref(string: "\u{e9}"), Ref(string: "e\u{301}"), Ref(string: "\u{e9}")]).count == 2)
    }
}

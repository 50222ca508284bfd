import ChannelSocketTesting
import Testing

struct JSONValueTests {
    @Test(
        "calls equal what means the same",
        arguments: [
            (#"{"a":1,"b":[true,null]}"#, #" { "b" : [ true , null ] , "a" : 1 } "#), ("1e3", "1.0e3"),
            (#""\u00e9\ud83d\ude00\n""#, "\"é😀\\n\""), (#"{"a":1,"a":2}"#, #"{"a":2}"#), ("-0.5", "-5e-1"),
        ])
    func equal(lhs: String, rhs: String) throws {
        #expect(try JSONValue(parsing: lhs) == JSONValue(parsing: rhs))
    }

    @Test(
        "tells apart what differs",
        arguments: [
            ("1", "1.0"), ("1", "true"), ("1", "\"1\""), ("null", "false"), ("[1]", "[1,1]"), ("{}", "[]"),
            ("0.0", "-0.0"), ("123456789012345678901234567890", "123456789012345678901234567891"),
            ("\"é\"", "\"e\u{301}\""), (#"{"a":1}"#, #"{"a":1,"b":1}"#),
        ])
    func different(lhs: String, rhs: String) throws {
        #expect(try JSONValue(parsing: lhs) != JSONValue(parsing: rhs))
    }

    @Test(
        "refuses what is not JSON",
        arguments: [
            "", "{", "[1,]", "{\"a\"}", "nul", "01", "1.", "\"a", "\"\\x\"", "\"\u{1}\"", "[1] 2", "{,}", "-", "NaN",
        ])
    func malformed(text: String) {
        #expect(throws: TestingError.self) { try JSONValue(parsing: text) }
    }

    @Test("writes what it reads")
    func roundTrip() throws {
        let value: JSONValue = ["b": [1, 2.5, true, nil], "a": "\"\\\u{1}é"]
        #expect(value.description == #"{"a":"\"\\\u0001é","b":[1,2.5,true,null]}"#)
        #expect(try JSONValue(parsing: value.description) == value)
    }
}

import NIOCore
import Testing

@testable import PhoenixWire

@Suite struct JSONScannerTests {
    static let valid: [String] = [
        // Scalars
        "null", "true", "false", "0", "-0", "7", "-12", "0.5", "-0.0", "1e3", "1E+3", "1.25e-7", "5e-324",
        "123456789012345678901234567890", "1e999",
        // Strings
        #""""#, #""a""#, #""é日😀""#, "\"\u{7F}\"", "\"\u{2028}\"", #""\" \\ \/ \b \f \n \r \t""#, #""\u0000""#,
        #""\u00e9\u00E9""#, #""\ud83d\ude00""#, #""\uD83D\uDE00x""#, #""\\u""#, #""exactly8""#, #""sixteen bytes 16""#,
        // Containers
        "[]", "{}", "[ ]", "{ }", "[1,2]", "[[],[[]],{}]", #"{"a":1}"#, #"{"":""}"#, #"{"a":{"b":[{"c":null}]}}"#,
        "[1 , 2 ]", "\t[\n1\r,\n2 ] ", #"{ "a" : 1 , "b" : 2 }"#, #"[null,true,false,0,"",[],{}]"#,
    ]

    @Test("accepts what RFC 8259 allows", arguments: valid)
    func accepts(_ json: String) throws {
        let payload = try Payload(json: json)
        #expect(payload.text == json.trimmed)
    }

    static let invalid: [String] = [
        "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x10",
        "1 2",
        "--1", "1.e3", "'a'", "a", "\u{FEFF}1", "\u{A0}1", "é",
        // Strings
        #"""#, #""a"#, #""\"#, #""\""#, #""\x""#, #""\u""#, #""\u12""#, #""\u12g4""#, "\"\n\"", "\"\u{0}\"",
        "\"\u{1F}\"",
        "\"sixteen bytes \u{1}\"", #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\ud800x""#, #""\ud800\n""#,
        #""\ud800\u0061""#, #""a"b"#,
        // Containers
        "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "[1}", "{]", "{\"a\"}", "{\"a\":}",
        "{\"a\":1,}",
        "{,}", "{a:1}", "{1:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":1]", "[]]", "{}{}", "[] 1",
        "{\"a\":1,\"b\"}",
        "{null:1}", "[\"a\":1]", "// c\n1", "[1]\u{0}",
    ]

    @Test("refuses everything else", arguments: invalid)
    func refuses(_ json: String) {
        #expect(errorCode { _ = try Payload(json: json) } == .malformedJSON)
    }

    static let invalidUTF8: [[UInt8]] = [
        [0xFF], [0x80], [0xC3], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xED, 0xA0, 0x80],
        [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80],
        [0xF5, 0x80, 0x80, 0x80],
        [0xC3, 0x28], [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28], [0xF0, 0x28, 0x8C, 0xBC],
    ]

    @Test("refuses strings that are not UTF-8", arguments: invalidUTF8)
    func refusesInvalidUTF8(_ bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        for prefix in [0, 3, 7, 8, 13] {
            let json = [quote] + [UInt8](repeating: 0x61, count: prefix) + bytes + [quote]
            #expect(errorCode { _ = try Payload(json: ByteBuffer(bytes: json)) } == .invalidUTF8)
        }
    }

    @Test("finds the end of a string wherever it lies in a word")
    func stringLengths() throws {
        for length in 0...40 {
            let json = "[\"" + String(repeating: "x", count: length) + "\",\"y\"]"
            #expect(try Payload(json: json).text == json)
            for position in 0..<length {
                var bytes = Array(json.utf8)
                bytes[2 + position] = 0x1F
                #expect(errorCode { _ = try Payload(json: ByteBuffer(bytes: bytes)) } == .malformedJSON)
            }
        }
    }

    @Test("accepts nesting up to the limit and refuses more")
    func depth() throws {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        for depth in [1, 31, 32, 33, 200, 512] {
            #expect(try Payload(json: nested(depth, "[", "]")).text == nested(depth, "[", "]"))
            #expect(try Payload(json: nested(depth, "{\"a\":", "}")).text == nested(depth, "{\"a\":", "}"))
        }
        #expect(errorCode { _ = try Payload(json: nested(513, "[", "]")) } == .limitExceeded)
        #expect(errorCode { _ = try Payload(json: nested(100_000, "[", "]")) } == .limitExceeded)
        #expect(errorCode { _ = try Payload(json: nested(100_000, "{\"a\":", "}")) } == .limitExceeded)
    }

    @Test("knows arrays from objects again after leaving deep nesting")
    func mixedDepth() throws {
        let open = String(repeating: #"[{"a":"#, count: 60)
        let close = String(repeating: "}]", count: 60)
        #expect(try Payload(json: open + "1" + close).text == open + "1" + close)
        let wrong = String(close.dropLast(2)) + "]}"
        #expect(errorCode { _ = try Payload(json: open + "1" + wrong) } == .malformedJSON)
    }
}

extension String {
    fileprivate var trimmed: String {
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}

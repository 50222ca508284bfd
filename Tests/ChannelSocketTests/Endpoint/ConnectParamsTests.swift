import Testing

@testable import ChannelSocket

@Suite("Connect parameters", .timeLimit(.minutes(1)))
struct ConnectParamsTests {
    @Test(
        "nests parameters as Plug does",
        arguments: [
            ("", "{}"),
            ("a=1", #"{"a":"1"}"#),
            (
                "vsn=2.0.0&a=1&b%5Bc%5D=2&d%5B%5D=x&d%5B%5D=y&e=%C3%A9+z",
                #"{"a":"1","b":{"c":"2"},"d":["x","y"],"e":"é z","vsn":"2.0.0"}"#
            ),
            ("a=1&a=2", #"{"a":"2"}"#),
            ("a", #"{"a":""}"#),
            ("a=", #"{"a":""}"#),
            ("a=b=c", #"{"a":"b=c"}"#),
            ("=x", #"{"":"x"}"#),
            ("&&a=1&", #"{"a":"1"}"#),
            ("a[b][c]=1&a[b][d]=2&a[e]=3", #"{"a":{"b":{"c":"1","d":"2"},"e":"3"}}"#),
            ("a[b]=1&a[b]=2", #"{"a":{"b":"2"}}"#),
            ("u[][a]=1&u[][b]=2", #"{"u":[{"a":"1","b":"2"}]}"#),
            ("a[][]=1&a[][]=2", #"{"a":[["1","2"]]}"#),
            // The use that began last counts.
            ("a=1&a[b]=2", #"{"a":{"b":"2"}}"#),
            ("a[b]=2&a=1&a[c]=3", #"{"a":"1"}"#),
            ("a[]=1&a[b]=2", #"{"a":{"b":"2"}}"#),
            ("a[b]=2&a[]=1", #"{"a":["1"]}"#),
            // Brackets that do not nest.
            ("[]=1", #"{"[]":"1"}"#),
            ("a]=1", #"{"a]":"1"}"#),
            ("a[b=1", #"{"a[b":"1"}"#),
            ("a[b]c=1", #"{"a[b]c":"1"}"#),
            ("a[[b]]=1", #"{"a":{"[b]":"1"}}"#),
            // Percent signs that do not escape.
            ("x=%zz", #"{"x":"%zz"}"#),
            ("x=%", #"{"x":"%"}"#),
            ("x=%4", #"{"x":"%4"}"#),
            ("x=%+f", #"{"x":"% f"}"#),
            ("x=%25%41%2b", #"{"x":"%A+"}"#),
            ("q=%22%5C%0A%00", #"{"q":"\"\\\u000a\u0000"}"#),
        ])
    func nesting(query: String, json: String) throws {
        #expect(try #require(ConnectParams(query: query)).json == json)
    }

    @Test("refuses what is not UTF-8 after decoding", arguments: ["x=%FF", "%C3=1", "x=%C3", "x=%ED%A0%80"])
    func invalidUTF8(query: String) {
        #expect(ConnectParams(query: query) == nil)
    }

    @Test("refuses too many parameters and too deep ones")
    func limits() {
        let parameters = (0..<ConnectParams.maxCount).map { "a\($0)=1" }
        #expect(ConnectParams(query: parameters.joined(separator: "&"))?.values.count == ConnectParams.maxCount)
        #expect(ConnectParams(query: (parameters + ["b=1"]).joined(separator: "&")) == nil)
        let brackets = String(repeating: "[a]", count: ConnectParams.maxDepth)
        #expect(ConnectParams(query: "a\(brackets)=1") != nil)
        #expect(ConnectParams(query: "a\(brackets)[a]=1") == nil)
        #expect(ConnectParams(query: "a" + String(repeating: "[]", count: 10_000) + "=1") == nil)
    }

    @Test("tells a missing version from one that is no text")
    func version() {
        #expect(ConnectParams(query: "a=1")?.vsn == nil)
        #expect(ConnectParams(query: "vsn=2.0.0")?.vsn == "2.0.0")
        #expect(ConnectParams(query: "vsn=")?.vsn == "")
        #expect(ConnectParams(query: "vsn[]=2.0.0")?.vsn == "")
    }

    @Test("gives access by name and by path")
    func access() throws {
        let params = try #require(ConnectParams(query: "a=1&b[c]=2&d[]=3"))
        #expect(params["a"] == "1")
        #expect(params["b"] == nil)
        #expect(params.value(at: "b", "c") == .text("2"))
        #expect(params.value(at: "d") == .list([.text("3")]))
        #expect(params.value(at: "a", "c") == nil)
        let literal: ConnectParams = ["a": "1"]
        #expect(literal == ConnectParams(query: "a=1"))
    }

    @Test("never traps on mutated queries")
    func mutations() {
        var random = SplitMix64(seed: 7)
        let alphabet = Array("ab[]=&%+41é")
        for _ in 0..<50_000 {
            let query = String(
                (0..<Int.random(in: 0...24, using: &random)).map { _ in
                    alphabet[Int.random(in: alphabet.indices, using: &random)]
                })
            _ = ConnectParams(query: query)?.json
        }
    }
}

import ChannelSocket
import PhoenixWire
import Testing

@testable import ChannelSocketRedis

@Suite("Rows of presence in Redis") struct PresenceRowTests {
    @Test("are read as they were written", arguments: ["{}", #"{"a": "\t", "b":[1]}"#])
    func reads(meta: String) throws {
        let (owner, member) = try #require(RedisPresenceStore.member("aZ09_-", "node.1\t7\t\"ann\"\t\(meta)"))
        #expect(owner == "node.1")
        #expect(member == PresenceMember(ref: "aZ09_-", key: "ann", meta: meta, joinedAt: 7))
    }

    @Test(
        "are refused if clients could not read them",
        arguments: [
            ("a\"b", "n\t7\t\"ann\"\t{}"), ("", "n\t7\t\"ann\"\t{}"), ("r", "n\t7\t\"ann\""),
            ("r", "n\tx\t\"ann\"\t{}"), ("r", "n\t7\tann\t{}"), ("r", "n\t7\t\"ann\"x\t{}"),
            ("r", "n\t7\t\"ann\"\t{"), ("r", "n\t7\t\"ann\"\t{\"a\":1}}"), ("r", "n\t7\t\"ann\"\t[]"),
            (String(repeating: "r", count: 65), "n\t7\t\"ann\"\t{}"),
        ]
    )
    func refuses(ref: String, value: String) {
        #expect(RedisPresenceStore.member(ref, value) == nil)
    }

    @Test("have no white space where a ref goes before nothing")
    func emptyMeta() throws {
        #expect(try #require(RedisPresenceStore.member("r", "n\t7\t\"ann\"\t{ }")).1.meta == "{}")
    }

    @Test("are refused in diffs, too", arguments: [#"["a\"b","ann",{}]"#, #"["","ann",{}]"#, #"["r","ann",[]]"#])
    func diffs(member: String) throws {
        let valid = try Payload(json: #"{"e":"e","v":1,"joins":[["r","ann",{}]],"leaves":[]}"#)
        #expect(try PresenceStoreDiff(published: valid).joins.map(\.ref) == ["r"])
        let diff = try Payload(json: #"{"e":"e","v":1,"joins":[\#(member)],"leaves":[]}"#)
        #expect(throws: WireError.self) { try PresenceStoreDiff(published: diff) }
    }
}

import PhoenixWire
import Testing

@Suite struct TopicPatternTests {
    @Test(
        "matches exact topics and whole segments",
        arguments: [
            ("room:*", "room:lobby", true), ("room:*", "room:1:x", true), ("room:*", "room:", true),
            ("room:*", "room", false), ("room:*", "roomx:1", false), ("room:*", "Room:1", false), ("room:*", "", false),
            ("room.*", "room.a", true), ("room.*", "room:a", false),
            ("user*", "user", true), ("user*", "user:1", true), ("user*", "user.1", true), ("user*", "users", false),
            ("user*", "use", false),
            ("*", "", true), ("*", "anything:at all", true),
            ("", "", true), ("", "a", false),
            ("a:b", "a:b", true), ("a:b", "a:b:c", false), ("a:b", "a:", false),
            ("a:*:c", "a:b:c", false), ("a:*:c", "a:*:c", true),
            ("**", "*", true), ("**", "*:a", true), ("**", "*a", false), ("**", "a", false),
            ("gé:*", "gé:1", true), ("g\u{e9}", "ge\u{301}", false),
        ]
    )
    func matches(_ pattern: String, _ topic: String, _ expected: Bool) {
        #expect(TopicPattern(pattern).matches(topic) == expected)
    }

    @Test(
        "covers a pattern that leaves it nothing to match, and no other",
        arguments: [
            ("room:*", "room:*", true), ("room:*", "room:lobby", true), ("room:*", "room:", true),
            ("room:*", "room:a:*", true), ("room:*", "room:a*", true), ("room:*", "room", false),
            ("room:*", "room*", false), ("room:*", "rooms:*", false), ("room:*", "*", false),
            ("room*", "room:*", true), ("room*", "room", true), ("room*", "room.*", true), ("room*", "rooms*", false),
            ("room:lobby", "room:lobby", true), ("room:lobby", "room:*", false), ("room:lobby", "room:lobby*", false),
            ("*", "*", true), ("*", "anything", true), ("*", "room*", true), ("**", "*", false),
        ]
    )
    func covers(_ pattern: String, _ other: String, _ expected: Bool) {
        #expect(TopicPattern(pattern).covers(TopicPattern(other)) == expected)
    }

    @Test("is written as a literal")
    func literal() {
        let pattern: TopicPattern = "room:*"
        #expect(pattern == TopicPattern("room:*"))
        #expect(pattern.description == "room:*")
    }
}

import Testing

@testable import ChannelSocketServer

@Suite("Claim rules")
struct ClaimRuleTests {
    private static let claims = AuthenticatedClaims(
        subject: "ann",
        values: [
            "sub": .string("ann"), "admin": .bool(true), "banned": .bool(false), "nothing": .null, "level": .integer(7),
            "rooms": .array([.string("lobby"), .integer(3)]), "app": .object(["role": .string("editor")]),
            "https://example.com/team": .string("red"), "brace": .string("{1}"),
        ]
    )

    @Test(
        "hold when the token says so",
        arguments: [
            "admin", "sub", "level", "sub equals ann", "admin equals true", "level equals 7", "app.role equals editor",
            "rooms contains lobby", "rooms contains 3", "rooms contains {1}", "https://example.com/team equals red",
        ]
    )
    func holding(text: String) throws {
        let rule = try #require(ClaimRule(text))
        #expect(rule.description == text)
        #expect(rule.holds(for: Self.claims, topic: "room:lobby", wildcard: "lobby"))
    }

    @Test(
        "do not hold when the token says something else, or nothing",
        arguments: [
            "banned", "nothing", "missing", "app.missing", "sub.deeper", "sub equals bob", "sub contains ann",
            "rooms contains hall", "rooms equals lobby", "app equals editor", "missing equals {1}",
            // As long as the topic is not the claim's own text.
            "sub equals {1}", "brace equals lobby",
        ]
    )
    func notHolding(text: String) throws {
        let rule = try #require(ClaimRule(text))
        #expect(!rule.holds(for: Self.claims, topic: "room:lobby", wildcard: "lobby"))
    }

    @Test("fill in what the client chose only once")
    func oneRound() throws {
        let claims = AuthenticatedClaims(values: ["topics": .array([.string("a:{topic}"), .string("x{y")])])
        #expect(try #require(ClaimRule("topics contains {topic}")).holds(for: claims, topic: "a:{topic}", wildcard: ""))
        #expect(try #require(ClaimRule("topics contains x{y")).holds(for: claims, topic: "a", wildcard: ""))
    }

    @Test("compare bytes, not what looks the same")
    func bytes() throws {
        let claims = AuthenticatedClaims(values: ["room": .string("caf\u{E9}")])
        let rule = try #require(ClaimRule("room equals {1}"))
        #expect(rule.holds(for: claims, topic: "", wildcard: "caf\u{E9}"))
        #expect(!rule.holds(for: claims, topic: "", wildcard: "cafe\u{301}"))
    }

    @Test("are none", arguments: ["", "a equals", "a is b", "a contains", "a b"])
    func malformed(text: String) {
        #expect(ClaimRule(text) == nil)
    }
}

import NIOCore
import PhoenixWire
import Testing

@testable import ChannelSocketServer

@Suite("Rules of a declared channel")
struct DeclaredRulesTests {
    private static let ann = AuthenticatedClaims(subject: "ann", values: ["rooms": .array([.string("1:a")])])

    @Test("let in whom the declaration lets in")
    func access() {
        var channel = ChannelDeclaration("room:*")
        #expect(channel.access == .authenticated)
        #expect(refusal(channel, nil) == "unauthorized")
        #expect(refusal(channel, Self.ann) == nil)
        channel.access = .everybody
        #expect(refusal(channel, nil) == nil)
        channel.access = .claim
        channel.claims = [ClaimRule("rooms", .contains("{1}"))]
        #expect(refusal(channel, nil) == "unauthorized")
        #expect(refusal(channel, Self.ann) == nil)
        #expect(refusal(channel, Self.ann, "room:2") == "forbidden")
        channel.claims.append(ClaimRule("admin", .isTrue))
        #expect(refusal(channel, Self.ann) == "forbidden")
    }

    @Test(
        "know what the star stands for",
        arguments: [
            ("room:*", "room:1:a", "1:a"), ("room:*", "room:", ""), ("room:lobby", "room:lobby", ""),
            ("*", "x:y", "x:y"),
            ("user*", "user:7", ":7"),
        ]
    )
    func wildcard(pattern: String, topic: String, rest: String) throws {
        let rules = try DeclaredRules(ChannelDeclaration(TopicPattern(pattern)), hooks: [:])
        #expect(rules.wildcard(in: topic) == rest)
    }

    @Test("refuse events with the reason")
    func events() throws {
        var channel = ChannelDeclaration("room:*")
        let object = try Payload(json: #"{"body":"hi"}"#)
        #expect(refusal(channel, "any", object) == nil)
        #expect(refusal(channel, "phx_close", object) == "reserved event")
        #expect(refusal(channel, "disconnect", object) == "reserved event")
        #expect(refusal(channel, "any", try Payload(json: "[1]")) == "the payload must be a JSON object or binary")
        #expect(refusal(channel, "any", .binary(ByteBuffer(bytes: [1]))) == nil)
        channel.allowsBinary = false
        #expect(refusal(channel, "any", .binary(ByteBuffer(bytes: [1]))) == "binary not allowed")
        channel.events = ["new_msg"]
        #expect(refusal(channel, "any", object) == "event not allowed")
        #expect(refusal(channel, "new_msg", object) == nil)
        channel.events = ["disconnect"]
        #expect(refusal(channel, "disconnect", object) == nil)
        channel.events = ["phx_close"]
        #expect(refusal(channel, "phx_close", object) == "reserved event")
        channel.events = nil
        channel.maxPayloadBytes = object.bytes.readableBytes
        #expect(refusal(channel, "any", object) == nil)
        channel.maxPayloadBytes = object.bytes.readableBytes - 1
        #expect(refusal(channel, "any", object) == "payload too large")
    }

    @Test("let a member send as often as declared, and as often again after a second")
    func rate() {
        let rate = ChannelRate(perSecond: 3)
        let start = NIODeadline.now()
        var bucket = ChannelRateBucket(rate, now: start)
        func taken(at time: NIODeadline) -> Int {
            var count = 0
            while bucket.take(rate, now: time) { count += 1 }
            return count
        }
        #expect(taken(at: start) == 6)
        #expect(taken(at: start + .seconds(1)) == 3)
        #expect(taken(at: start + .seconds(1)) == 0)
        // However long the pause.
        #expect(taken(at: start + .hours(1_000)) == 6)
    }

    @Test("give a place back when its member is gone")
    func places() {
        let occupancy = TopicOccupancy()
        var places = (1...2).map { _ in occupancy.takePlace(in: "a", of: 2) }
        #expect(places.allSatisfy { $0 != nil })
        #expect(occupancy.takePlace(in: "a", of: 2) == nil)
        #expect(occupancy.takePlace(in: "b", of: 2) != nil)
        places.removeLast()
        #expect(occupancy.takePlace(in: "a", of: 2) != nil)
    }

    private func rules(_ channel: ChannelDeclaration) -> DeclaredRules? {
        do {
            return try DeclaredRules(channel, hooks: [:])
        } catch {
            Issue.record(error)
            return nil
        }
    }

    private func refusal(
        _ channel: ChannelDeclaration, _ claims: AuthenticatedClaims?, _ topic: String = "room:1:a"
    ) -> String? {
        rules(channel)?.refusal(ofJoining: topic, claims)
    }

    private func refusal(_ channel: ChannelDeclaration, _ event: String, _ payload: Payload) -> String? {
        rules(channel)?.refusal(of: event, payload)
    }
}

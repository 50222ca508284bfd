import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite struct PresenceOutputTests {
    private func members(_ count: Int) -> PresenceMembers {
        PresenceMembers((0..<count).map { PresenceMember(ref: "r\($0)", key: "k\($0)", meta: "{}") })
    }

    private func configuration() -> PresenceConfiguration {
        var configuration = PresenceConfiguration()
        configuration.gathersDiffsAbove = 10
        configuration.summaryAbove = 20
        configuration.stateChunk = 4
        return configuration
    }

    private let join = PresenceDiff(joins: [PresenceMember(ref: "x", key: "x", meta: "{}")])
    private let leave = PresenceDiff(leaves: [PresenceMember(ref: "x", key: "x", meta: "{}")])

    @Test("sends the diffs of small topics at once and gathers those of large ones")
    func gathers() {
        var output = PresenceOutput(configuration())
        #expect(output.changed(join, members(10)).count == 1)
        #expect(output.changed(join, members(11)).isEmpty)
        #expect(output.isGathering)
        #expect(output.changed(leave, members(11)).isEmpty)
        // Came and went within the window.
        #expect(output.windowEnded(members(11)).isEmpty)
    }

    @Test("tells of a leave within the window if a newcomer has been shown who left")
    func shownMeanwhile() {
        var output = PresenceOutput(configuration())
        #expect(output.changed(join, members(11)).isEmpty)
        _ = output.state(members(11), for: [PresenceTarget(channel: 1) { _ in }])
        #expect(output.changed(leave, members(11)).isEmpty)
        guard case .diff(leave)? = output.windowEnded(members(11)).first else {
            Issue.record("the newcomer keeps somebody who has left")
            return
        }
        // The next window begins anew.
        #expect(output.changed(join, members(11)).isEmpty)
        #expect(output.changed(leave, members(11)).isEmpty)
        #expect(output.windowEnded(members(11)).isEmpty)
    }

    @Test("merges diffs into what has changed in the end")
    func merges() {
        var diff = leave
        diff.merge(join)
        #expect(diff.isEmpty, "brought back under its old ref")
        diff.merge(join)
        diff.merge(leave, wasShown: true)
        #expect(diff == leave)
        diff.merge(join, wasShown: true)
        #expect(diff == join, "who has seen a state in between does not know of it")
    }

    @Test("sends summaries above the limit, and a state when the topic has shrunk well below it")
    func summary() {
        var output = PresenceOutput(configuration())
        #expect(output.changed(join, members(21)).isEmpty)
        guard case .summary(21, 21, false, nil)? = output.windowEnded(members(21)).first else {
            Issue.record("no summary")
            return
        }
        #expect(output.changed(leave, members(19)).isEmpty)
        guard case .summary(19, 19, false, nil)? = output.windowEnded(members(19)).first else {
            Issue.record("not a summary at 19")
            return
        }
        #expect(output.changed(leave, members(18)).isEmpty)
        let items = output.windowEnded(members(18))
        guard items.count == 2, case .summary(18, 18, true, nil) = items[0], case .state(_, nil) = items[1] else {
            Issue.record("no way back: \(items)")
            return
        }
    }

    @Test("sends summaries of a topic that was large when it was first read, but no state")
    func largeFromTheStart() {
        var output = PresenceOutput(configuration())
        let target = PresenceTarget(channel: 1) { _ in }
        guard case .summary(21, 21, false, _?) = output.state(members(21), for: [target]) else {
            Issue.record("no summary")
            return
        }
        #expect(output.isSummary)
        // While a window is open nobody else has been told.
        var gathering = PresenceOutput(configuration())
        #expect(gathering.changed(join, members(21)).isEmpty)
        guard case .state = gathering.state(members(21), for: [target]) else {
            Issue.record("no state")
            return
        }
    }

    @Test("replaces what waits too long to be enriched: by the state, or by one diff if that is unknown")
    func backlog() throws {
        var configuration = configuration()
        configuration.maxPendingFetches = 2
        var topic = PresenceTopic(configuration)
        topic.enqueue([.diff(join), .diff(leave)])
        topic.enqueue([.diff(join)])
        guard case .diff(join)? = topic.dequeue() else {
            Issue.record("not what it comes to")
            return
        }
        #expect(topic.dequeue() == nil)

        var effects = PresenceEffects()
        topic.serve(.list { _ in }, &effects)
        let version = PresenceVersion(epoch: "e", number: 1)
        topic.read(PresenceSnapshot(version: version, members: join.joins, own: []), since: 0, &effects)
        topic.enqueue([.diff(leave), .diff(join)])
        topic.enqueue([.diff(leave)])
        guard case .state(let members, nil)? = topic.dequeue() else {
            Issue.record("no state for all")
            return
        }
        #expect(members.keys == ["x"])
        #expect(topic.isSending)
        #expect(topic.dequeue() == nil)
        #expect(!topic.isSending)
    }

    @Test("divides a large state into a state and joins")
    func chunks() {
        let events = PresenceJSON.state(members(10), fields: [:], chunk: 4)
        #expect(events.map(\.name) == ["presence_state", "presence_diff", "presence_diff"])
    }

    @Test("writes metas with their ref first, and what was fetched beside them")
    func json() throws {
        let first = PresenceMember(ref: "r1", key: "a\"b", meta: #"{"d":1}"#, joinedAt: 2)
        let second = PresenceMember(ref: "r0", key: "a\"b", meta: "{}", joinedAt: 1)
        let fields: PresenceFields = try ["a\"b": ["name": .init(json: "\"Ann\"")]]
        let payload = PresenceJSON.state(PresenceMembers([first, second]).groups, fields: fields)
        #expect(payload.text == #"{"a\"b":{"metas":[{"phx_ref":"r0"},{"phx_ref":"r1","d":1}],"name":"Ann"}}"#)
    }
}

@Suite struct PresenceMembersTests {
    @Test("tells keys apart that only look alike")
    func canonicalEquivalence() {
        let members = PresenceMembers([
            PresenceMember(ref: "1", key: "\u{E9}", meta: "{}"), PresenceMember(ref: "2", key: "e\u{301}", meta: "{}"),
        ])
        #expect(members.keyCount == 2)
        #expect(members["\u{E9}"]?.map(\.ref) == ["1"])
    }
}

import Testing

@testable import ChannelSocket

@Suite struct PresenceMirrorTests {
    private let ann = PresenceMember(ref: "1", key: "ann", meta: "{}", joinedAt: 1)
    private let bob = PresenceMember(ref: "2", key: "bob", meta: "{}", joinedAt: 2)
    private let eve = PresenceMember(ref: "3", key: "eve", meta: "{}", joinedAt: 3)

    private func version(_ number: Int, _ epoch: String = "e") -> PresenceVersion {
        PresenceVersion(epoch: epoch, number: number)
    }

    private func snapshot(_ number: Int, _ members: [PresenceMember], epoch: String = "e") -> PresenceSnapshot {
        PresenceSnapshot(version: version(number, epoch), members: members, own: [])
    }

    /// A mirror that has read ann at version 1.
    private func current() -> PresenceMirror {
        var mirror = PresenceMirror()
        #expect(mirror.invalidate() == .read)
        #expect(mirror.read(snapshot(1, [ann])) == .none)
        return mirror
    }

    @Test("has the members of a key in the order in which they came, whatever the order they are read in")
    func order() {
        let members = (1...9).map { PresenceMember(ref: "\($0)", key: "ann", meta: "{}", joinedAt: $0) }
        let read = PresenceMembers([8, 2, 4, 0, 6, 1, 7, 3, 5].map { members[$0] })
        #expect(read["ann"]?.map(\.joinedAt) == Array(1...9))
    }

    @Test("shows the diff that follows, and not one that was overtaken")
    func follows() {
        var mirror = current()
        #expect(mirror.receive(PresenceStoreDiff(version: version(2), joins: [bob])) == .show(.init(joins: [bob])))
        #expect(mirror.receive(PresenceStoreDiff(version: version(2), joins: [bob])) == .none)
        #expect(mirror.receive(PresenceStoreDiff(version: version(3), leaves: [ann])) == .show(.init(leaves: [ann])))
        #expect(mirror.members.all.map(\.ref) == ["2"])
    }

    @Test("reads the topic when a diff is missing, and shows only the true difference")
    func gap() {
        var mirror = current()
        #expect(mirror.receive(PresenceStoreDiff(version: version(3), joins: [eve])) == .read)
        #expect(!mirror.isCurrent)
        #expect(mirror.read(snapshot(2, [ann, bob])) == .show(.init(joins: [bob, eve])))
        #expect(mirror.version == version(3))
    }

    @Test("applies what came while it was read, however far the reading got")
    func overlap() {
        var mirror = current()
        #expect(mirror.invalidate() == .read)
        #expect(mirror.receive(PresenceStoreDiff(version: version(2), joins: [bob])) == .none)
        #expect(mirror.receive(PresenceStoreDiff(version: version(3), leaves: [bob])) == .none)
        // The version was read first, the members after bob had come.
        #expect(mirror.read(snapshot(1, [ann, bob])) == .none)
        #expect(mirror.members.all.map(\.ref) == ["1"])
    }

    @Test("reads once more when a diff is missing behind the reading")
    func gapWhileReading() {
        var mirror = current()
        #expect(mirror.invalidate() == .read)
        #expect(mirror.receive(PresenceStoreDiff(version: version(4), leaves: [ann])) == .none)
        #expect(mirror.read(snapshot(2, [ann, bob])) == .read)
        #expect(mirror.read(snapshot(4, [bob])) == .show(.init(joins: [bob], leaves: [ann])))
    }

    @Test("reads all when equal versions need not mean equal members, and then trusts versions again")
    func distrusted() {
        var mirror = current()
        #expect(mirror.distrust() == .read)
        #expect(mirror.known == nil)
        #expect(mirror.read(snapshot(1, [bob])) == .show(.init(joins: [bob], leaves: [ann])))
        #expect(mirror.known == version(1))
    }

    @Test("does not take what was read before for what is to be read now", arguments: [false, true])
    func distrustedWhileReading(hasChanged: Bool) {
        var mirror = current()
        #expect(mirror.invalidate() == .read)
        #expect(mirror.distrust() == .none)
        #expect(mirror.read(hasChanged ? snapshot(2, [ann, bob]) : nil) == .read)
        #expect(mirror.known == nil)
        #expect(mirror.read(snapshot(2, [bob])) == .show(.init(joins: [bob], leaves: [ann])))
        #expect(mirror.known == version(2))
    }

    @Test("reads no further for a diff from before the reading that still does not follow", arguments: ["e", "dead"])
    func lostForGood(epoch: String) {
        var mirror = current()
        // Of an epoch that is over, or of what a failover has lost.
        #expect(mirror.receive(PresenceStoreDiff(version: version(7, epoch), joins: [eve])) != .none)
        #expect(mirror.receive(PresenceStoreDiff(version: version(8, epoch), joins: [eve])) == .none)
        #expect(mirror.read(snapshot(2, [ann, bob])) == .read)
        #expect(mirror.read(snapshot(2, [ann, bob])) == .show(.init(joins: [bob])))
        #expect(mirror.receive(PresenceStoreDiff(version: version(3), joins: [eve])) == .show(.init(joins: [eve])))
    }

    @Test("gives the nodes time to bring their members back when all was lost")
    func epoch() {
        var mirror = current()
        #expect(mirror.receive(PresenceStoreDiff(version: version(1, "f"), joins: [bob])) == .readAfterGrace)
        #expect(mirror.read(snapshot(2, [ann, bob], epoch: "f")) == .show(.init(joins: [bob])))
        #expect(mirror.version == version(2, "f"))
    }

    @Test("gives them time also when the reading finds it out")
    func epochWhileReading() {
        var mirror = current()
        #expect(mirror.invalidate() == .read)
        #expect(mirror.read(snapshot(0, [], epoch: "")) == .readAfterGrace)
        #expect(mirror.read(snapshot(1, [ann], epoch: "f")) == .none)
    }

    @Test("goes on without reading when a topic begins anew that was empty")
    func emptyBefore() {
        var mirror = PresenceMirror()
        #expect(mirror.invalidate() == .read)
        #expect(mirror.read(snapshot(0, [], epoch: "")) == .none)
        #expect(mirror.receive(PresenceStoreDiff(version: version(1), joins: [ann])) == .show(.init(joins: [ann])))
    }

    @Test("passes diffs on before the first reading, and does not repeat them after it")
    func raw() {
        var mirror = PresenceMirror()
        #expect(mirror.invalidate() == .read)
        #expect(mirror.receive(PresenceStoreDiff(version: version(2), joins: [bob])) == .show(.init(joins: [bob])))
        #expect(mirror.read(snapshot(1, [ann])) == .none)
        #expect(mirror.members.count == 2)
    }
    @Test("passes a diff on that the first reading has overtaken, also while it reads again")
    func overtaken() {
        var mirror = PresenceMirror()
        #expect(mirror.invalidate() == .read)
        #expect(mirror.read(snapshot(2, [ann, bob])) == .none)
        #expect(mirror.receive(PresenceStoreDiff(version: version(1), joins: [ann])) == .show(.init(joins: [ann])))
        #expect(mirror.invalidate() == .read)
        #expect(mirror.receive(PresenceStoreDiff(version: version(2), joins: [bob])) == .show(.init(joins: [bob])))
        #expect(mirror.read(nil) == .none)
        #expect(mirror.members.count == 2)
    }
}

import Synchronization
import Testing

@testable import ChannelSocket

@Suite struct LocalMembersTests {
    private func applied(_ number: Int = 1, replaced: [String] = [], refused: [String] = []) -> PresenceApplied {
        var applied = PresenceApplied(version: PresenceVersion(epoch: "e", number: number))
        applied.replaced = replaced
        applied.refused = refused
        return applied
    }

    private func batch(_ local: inout LocalMembers) -> [PresenceChange] {
        local.nextBatch(limit: 10) { "new" }
    }

    private func track(_ local: inout LocalMembers, key: String, meta: String, ref: String) -> Bool {
        local.track(owner: 1, key: key, meta: meta, ref: ref, nil)
    }

    private func update(_ local: inout LocalMembers, key: String, meta: String, ref: String) -> Bool {
        local.update(owner: 1, key: key, meta: meta, ref: ref, nil)
    }

    private func untrack(_ local: inout LocalMembers, key: String) -> Bool {
        local.untrack(owner: 1, key: key, nil)
    }

    private func tracked() -> LocalMembers {
        var local = LocalMembers()
        #expect(track(&local, key: "ann", meta: "{}", ref: "r1"))
        return local
    }

    private let ann = PresenceMember(ref: "r1", key: "ann", meta: "{}")

    @Test("joins, updates and leaves in the order they were wanted")
    func life() {
        var local = tracked()
        #expect(track(&local, key: "ann", meta: "{}", ref: "r2") == false)
        #expect(batch(&local) == [.join(ann)])
        _ = local.confirmed(applied())
        #expect(update(&local, key: "ann", meta: "{}", ref: "r2"))
        let updated = PresenceMember(ref: "r2", key: "ann", meta: "{}")
        #expect(batch(&local) == [.update(old: "r1", new: updated)])
        _ = local.confirmed(applied(2))
        #expect(untrack(&local, key: "ann"))
        #expect(batch(&local) == [.leave(ref: "r2", key: "ann")])
        _ = local.confirmed(applied(3))
        #expect(local.isEmpty)
    }

    @Test("says nothing of a member that came and went before the store heard of it")
    func cancelsOut() {
        var local = tracked()
        let answered = Mutex(false)
        let wasTracked = local.untrack(owner: 1, key: "ann") { _ in answered.withLock { $0 = true } }
        #expect(wasTracked)
        #expect(batch(&local).isEmpty)
        for answer in local.takeSettled() { answer() }
        #expect(answered.withLock { $0 })
        #expect(local.isEmpty)
    }

    @Test("keeps nothing of members that come and go while the store is away, but all others")
    func comesAndGoes() {
        var local = tracked()
        #expect(batch(&local) == [.join(ann)])
        let answers = Mutex(0)
        for number in 1...1_000 {
            #expect(track(&local, key: "stays\(number)", meta: "{}", ref: "s\(number)"))
            for _ in 0..<3 {
                #expect(track(&local, key: "bob", meta: "{}", ref: "r2"))
                #expect(local.untrack(owner: 1, key: "bob") { _ in answers.withLock { $0 += 1 } })
            }
            #expect(local.pendingCount == 1 + number)
            for answer in local.takeSettled() { answer() }
        }
        #expect(answers.withLock { $0 } == 3_000)
        // The store may have heard of who is under way.
        #expect(untrack(&local, key: "ann"))
        #expect(local.count == 1_001)
        _ = local.confirmed(applied())
        var changes: [PresenceChange] = []
        while case let batch = batch(&local), !batch.isEmpty {
            changes += batch
            _ = local.confirmed(applied(2))
        }
        #expect(changes.count == 1_001)
        #expect(changes.last == .leave(ref: "r1", key: "ann"))
        #expect(local.pendingCount == 0)
    }

    @Test("repeats a batch as it was until it is known to be carried out")
    func repeats() {
        var local = tracked()
        #expect(batch(&local) == [.join(ann)])
        #expect(untrack(&local, key: "ann"))
        #expect(batch(&local) == [.join(ann)])
        _ = local.confirmed(applied())
        #expect(batch(&local) == [.leave(ref: "r1", key: "ann")])
    }

    @Test("brings everything back after the node was declared dead")
    func lost() {
        var local = tracked()
        _ = batch(&local)
        _ = local.confirmed(applied())
        local.lost()
        #expect(batch(&local) == [.retrack(ann, epoch: "e", fallback: "new")])
        _ = local.confirmed(applied(2, replaced: ["r1"]))
        #expect(untrack(&local, key: "ann"))
        #expect(batch(&local) == [.leave(ref: "new", key: "ann")])
    }

    @Test("never reuses a ref that may have been seen in an unknown epoch")
    func lostInFlight() {
        var local = tracked()
        _ = batch(&local)
        local.lost()
        #expect(batch(&local) == [.retrack(ann, epoch: nil, fallback: "new")])
    }

    @Test("has members leave first when the store has no room for those who join")
    func noRoom() {
        var local = tracked()
        _ = batch(&local)
        _ = local.confirmed(applied())
        #expect(track(&local, key: "bob", meta: "{}", ref: "r2"))
        let bob = PresenceMember(ref: "r2", key: "bob", meta: "{}")
        #expect(batch(&local) == [.join(bob)])
        #expect(track(&local, key: "eve", meta: "{}", ref: "r3"))
        #expect(untrack(&local, key: "ann"))
        local.withdrawBatch()
        #expect(local.pendingCount == 3)
        #expect(local.nextBatch(limit: 2) { "new" } == [.leave(ref: "r1", key: "ann"), .join(bob)])
        _ = local.confirmed(applied(2))
        #expect(batch(&local) == [.join(PresenceMember(ref: "r3", key: "eve", meta: "{}"))])
        // One that goes meanwhile was never there.
        #expect(untrack(&local, key: "eve"))
        local.withdrawBatch()
        #expect(batch(&local).isEmpty)
        #expect(local.count == 1)
    }

    @Test("forgets a member the topic had no room for")
    func full() {
        var local = LocalMembers()
        let outcome = Mutex<PresenceError.Code?>(nil)
        let isNew = local.track(owner: 1, key: "ann", meta: "{}", ref: "r1") { result in
            if case .failure(let error) = result { outcome.withLock { $0 = error.code } }
        }
        #expect(isNew)
        _ = batch(&local)
        for answer in local.confirmed(applied(refused: ["r1"])) { answer() }
        #expect(outcome.withLock { $0 } == .topicFull)
        #expect(local.isEmpty)
    }

    @Test("puts right what an audit finds, but only if nothing was under way")
    func audit() {
        var local = tracked()
        _ = batch(&local)
        _ = local.confirmed(applied())
        let began = local.activity
        var busy = local
        #expect(update(&busy, key: "ann", meta: "{}", ref: "r2"))
        busy.audit([], since: began)
        #expect(batch(&busy).count == 1)
        local.audit([PresenceMember(ref: "stray", key: "bob", meta: "{}")], since: began)
        #expect(
            batch(&local) == [.leave(ref: "stray", key: "bob"), .retrack(ann, epoch: "e", fallback: "new")])
    }
}

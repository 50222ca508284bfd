import Synchronization
import Testing

@testable import ChannelSocket

@Suite("Presence in memory")
struct MemoryPresenceStoreTests {
    @Test("forgets topics that nobody is in, but not at once, and none that somebody is in")
    func emptyTopics() async throws {
        let shared = MemoryPresenceStore.Shared()
        let store = MemoryPresenceStore(sharing: shared)
        store.start(node: NodeID()) { _ in }
        let stays = PresenceMember(ref: "s", key: "ann", meta: "{}")
        // Empty for a moment, long ago.
        _ = try await store.apply([.join(stays)], to: "busy")
        _ = try await store.apply([.leave(ref: "s", key: "ann")], to: "busy")
        _ = try await store.apply([.join(stays)], to: "busy")
        for number in 1...3_000 {
            let member = PresenceMember(ref: "\(number)", key: "bob", meta: "{}")
            _ = try await store.apply([.join(member)], to: "room:\(number)")
            _ = try await store.apply([.leave(ref: member.ref, key: "bob")], to: "room:\(number)")
        }
        #expect(shared.state.withLock { $0.topics.count } == 1 + EmptyTopics.kept)
        #expect(try await store.snapshot(of: "busy", unless: nil)?.members.map(\.ref) == ["s"])
        #expect(try await store.snapshot(of: "room:3000", unless: nil)?.version.number == 2)
        #expect(try await store.snapshot(of: "room:1", unless: nil)?.version == PresenceVersion.none)
    }
}

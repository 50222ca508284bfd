import NIOCore
import PhoenixWire
import Synchronization
import Testing

@testable import ChannelSocket

@Suite(.timeLimit(.minutes(1))) struct PresenceTests {
    private let shared = MemoryPresenceStore.Shared()

    private func makeNode(
        hooks: PresenceHooks = PresenceHooks(), fetch: Presence.Fetch? = nil
    ) -> (presence: Presence, store: MemoryPresenceStore) {
        var configuration = PresenceConfiguration()
        configuration.maxMembersPerTopic = 3
        let store = MemoryPresenceStore(sharing: shared, configuration: configuration)
        let presence = Presence(
            pubSub: PubSub(), store: store, configuration: configuration, hooks: hooks, fetch: fetch
        )
        return (presence, store)
    }

    @Test("calls the hooks for the first and the last member of a key in the cluster")
    func hooks() throws {
        let calls = Mutex<[String]>([])
        let hooks = PresenceHooks(
            appeared: { _, key in calls.withLock { $0.append("+" + key) } },
            disappeared: { _, key in calls.withLock { $0.append("-" + key) } }
        )
        let (a, b) = (makeNode(hooks: hooks).presence, makeNode(hooks: hooks).presence)
        try a.track("ann", .emptyObject, on: "room", by: 1, nil)
        try b.track("ann", .emptyObject, on: "room", by: 1, nil)
        try a.update("ann", on: "room", by: 1, { _ in try Payload(json: #"{"away":true}"#) }, nil)
        try a.untrack("ann", on: "room", by: 1, nil)
        #expect(calls.withLock { $0 } == ["+ann"])
        try b.untrack("ann", on: "room", by: 1, nil)
        #expect(calls.withLock { $0 } == ["+ann", "-ann"])
    }

    @Test("does not ask a store for ever that has ended before its channels", arguments: [false, true])
    func endedStore(isOver: Bool) async throws {
        let (presence, store) = makeNode()
        try presence.track("ann", .emptyObject, on: "room", by: 1, nil)
        store.die()
        if isOver {
            let run = Task { try await presence.run() }
            run.cancel()
            try? await run.value
        }
        // Returns, though it runs the first attempt itself.
        try presence.untrack("ann", on: "room", by: 1, nil)
        #expect(presence.hasEnded == isOver)
    }

    @Test("asks for additions once per list, for all keys together")
    func fetch() async throws {
        let asked = Mutex<[Set<String>]>([])
        let presence = makeNode { _, keys in
            asked.withLock { $0.append(keys) }
            return ["ann": ["name": try Payload(json: "\"Ann\"")]]
        }.presence
        try presence.track("ann", .emptyObject, on: "room", by: 1, nil)
        try presence.track("bob", .emptyObject, on: "room", by: 1, nil)
        let list = try await presence.list("room")
        #expect(asked.withLock { $0 } == [["ann", "bob"]])
        #expect(list["ann"]?.fields["name"] == .json(.init(string: "\"Ann\"")))
        #expect(try await presence.get("eve", in: "room") == nil)
    }

    @Test("does not let a client choose its ref, and refuses what is no object")
    func forgedRefs() async throws {
        let presence = makeNode().presence
        try presence.track("ann", Payload(json: #"{"ph\u0078_ref":"forged","d":1}"#), on: "room", by: 1, nil)
        let meta = try #require(try await presence.get("ann", in: "room")?.metas.first)
        #expect(meta.ref != "forged")
        #expect(meta.payload.text == #"{"d":1}"#)
        #expect(throws: PresenceError.self) {
            try presence.track("bob", Payload(json: "[1]"), on: "room", by: 1, nil)
        }
        #expect(throws: PresenceError.self) { try presence.track("", .emptyObject, on: "room", by: 1, nil) }
        #expect(presence.pubSub.statistics[.refusedPresences] == 2)
        #expect(throws: PresenceError.self) { try presence.track("ann", .emptyObject, on: "room", by: 1, nil) }
    }

    @Test("tells whom a full topic refuses, and lets the next one in when somebody has left")
    func full() async throws {
        let presence = makeNode().presence
        let refused = Mutex<[UInt64]>([])
        for owner in 1...4 as ClosedRange<UInt64> {
            try presence.track("k", .emptyObject, on: "room", by: owner) { result in
                if case .failure(let error) = result, error.code == .topicFull { refused.withLock { $0.append(owner) } }
            }
        }
        #expect(refused.withLock { $0 } == [4])
        #expect(presence.pubSub.statistics[.refusedPresences] == 1)
        try presence.untrack("k", on: "room", by: 1, nil)
        try presence.track("k", .emptyObject, on: "room", by: 4, nil)
        #expect(try await presence.get("k", in: "room")?.metas.count == 3)
    }

    @Test("brings its members back under new refs after it was declared dead")
    func declaredDead() async throws {
        let (a, store) = makeNode()
        let b = makeNode().presence
        try a.track("ann", .emptyObject, on: "room", by: 1, nil)
        let before = try #require(try await b.get("ann", in: "room")?.metas.first?.ref)
        store.die()
        #expect(try await b.get("ann", in: "room") == nil)
        store.revive()
        let after = try #require(try await b.get("ann", in: "room")?.metas.first?.ref)
        #expect(after != before)
    }

    @Test("knows how much is tracked and waits, and takes no more while the store is away than it may")
    func overloaded() async throws {
        let store = AbsentStore()
        var configuration = PresenceConfiguration()
        configuration.maxPendingChanges = 3
        configuration.retryDelay = .milliseconds(5)
        let presence = Presence(pubSub: PubSub(), store: store, configuration: configuration)
        for owner in 1...3 as ClosedRange<UInt64> {
            try presence.track("ann", .emptyObject, on: "room:\(owner)", by: owner, nil)
        }
        #expect(presence.health == PresenceHealth(staleReason: "away", tracked: 3, pending: 3, mirrors: 0))
        for topic in ["room:1", "room:4"] {
            let error = #expect(throws: PresenceError.self) {
                try presence.track("bob", .emptyObject, on: topic, by: 4, nil)
            }
            #expect(error?.code == .overloaded)
        }
        #expect(presence.pubSub.statistics[.refusedPresences] == 2)
        store.isAway.store(false, ordering: .sequentiallyConsistent)
        while presence.health.pending > 0 { await Task.yield() }
        #expect(presence.health == PresenceHealth(staleReason: nil, tracked: 3, pending: 0, mirrors: 0))
        try presence.track("bob", .emptyObject, on: "room:4", by: 4, nil)
        #expect(presence.health.tracked == 4)
        for owner in 1...3 as ClosedRange<UInt64> {
            try presence.untrack("ann", on: "room:\(owner)", by: owner, nil)
        }
        try presence.untrack("bob", on: "room:4", by: 4, nil)
        #expect(presence.health == PresenceHealth(staleReason: nil, tracked: 0, pending: 0, mirrors: 0))
    }

    @Test("brings its members back under their old refs after the store lost its data")
    func lostData() async throws {
        let (a, store) = makeNode()
        try a.track("ann", .emptyObject, on: "room", by: 1, nil)
        let before = try #require(try await a.get("ann", in: "room")?.metas.first?.ref)
        store.wipe()
        store.revive()
        #expect(try await a.get("ann", in: "room")?.metas.map(\.ref) == [before])
    }
}

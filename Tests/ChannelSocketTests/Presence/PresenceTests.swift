import InMemoryLogging
import Logging
import NIOCore
import PhoenixWire
import Synchronization
import Testing

@testable import ChannelSocket

@Suite(.timeLimit(.minutes(1))) struct PresenceTests {
    private let shared = MemoryPresenceStore.Shared()

    private func makeNode(
        hooks: PresenceHooks = PresenceHooks(), auditInterval: Duration = .seconds(45), fetch: Presence.Fetch? = nil
    ) -> (presence: Presence, store: MemoryPresenceStore) {
        var configuration = PresenceConfiguration()
        configuration.auditInterval = auditInterval
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

    @Test("lets the application ask who is present while clients are told who comes")
    func fetchThatAsks() async throws {
        let asking = Mutex<Presence?>(nil)
        let answers = Mutex<[Int]>([])
        let presence = makeNode { _, _ in
            let count = try await asking.withLock { $0 }?.list("other").count
            answers.withLock { $0.append(count ?? -1) }
            return [:]
        }.presence
        asking.withLock { $0 = presence }
        _ = presence.pubSub.subscribe(loop: 0, to: "room")
        try presence.track("ann", .emptyObject, on: "room", by: 1, nil)
        while answers.withLock({ $0.isEmpty }) { await Task.yield() }
        #expect(answers.withLock { $0 } == [0])
        asking.withLock { $0 = nil }
    }

    @Test("does without additions that do not come in time")
    func slowFetch() async throws {
        var configuration = PresenceConfiguration()
        configuration.fetchTimeout = .milliseconds(10)
        let hanging = Mutex<CheckedContinuation<Void, Never>?>(nil)
        let presence = Presence(pubSub: PubSub(), configuration: configuration) { _, _ in
            // Deaf to its cancellation.
            await withCheckedContinuation { continuation in hanging.withLock { $0 = continuation } }
            return [:]
        }
        try presence.track("ann", .emptyObject, on: "room", by: 1, nil)
        #expect(try await presence.list("room").keys == ["ann"])
        hanging.withLock { $0.take() }?.resume()
    }

    @Test("limits the members of a topic also in a store that nobody has named")
    func defaultStore() async throws {
        var configuration = PresenceConfiguration()
        configuration.maxMembersPerTopic = 1
        let presence = Presence(pubSub: PubSub(), configuration: configuration)
        for key in ["ann", "bob"] { try presence.track(key, .emptyObject, on: "room", by: 1, nil) }
        #expect(try await presence.list("room").keys == ["ann"])
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

    @Test("does not ask for ever for the members of a topic after it has ended")
    func endedReading() async throws {
        let store = AbsentStore()
        var configuration = PresenceConfiguration()
        configuration.retryDelay = .milliseconds(1)
        let presence = Presence(pubSub: PubSub(), store: store, configuration: configuration)
        let run = Task { try await presence.run() }
        run.cancel()
        try? await run.value
        _ = presence.pubSub.subscribe(loop: 0, to: "room")
        for _ in 0..<2 {
            await #expect(throws: PresenceError.self) { try await presence.list("room") }
            while presence.withTopic("room", { state, _ in state.isReading }) { await Task.yield() }
        }
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

    @Test(
        "warns once of changes that fail again and again, unless the store is known to be away",
        arguments: [true, false]
    )
    func failingChanges(isKnown: Bool) async throws {
        let store = AbsentStore(sayingSo: isKnown)
        var configuration = PresenceConfiguration()
        configuration.retryDelay = .milliseconds(1)
        let logs = InMemoryLogHandler()
        var logger = Logger(label: "test") { _ in logs }
        logger.logLevel = .debug
        let presence = Presence(pubSub: PubSub(), store: store, configuration: configuration, logger: logger)
        try presence.track("ann", .emptyObject, on: "room", by: 1, nil)
        while logs.entries.count < 6 { await Task.yield() }
        store.isAway.store(false, ordering: .sequentiallyConsistent)
        while presence.health.pending > 0 { await Task.yield() }
        #expect(logs.entries.filter { $0.level == .warning }.count == (isKnown ? 0 : 1))
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

    @Test(
        "finds members that a failover has lost though others have brought the version back", arguments: [false, true])
    func lostByFailover(isMirrored: Bool) async throws {
        let a = makeNode(auditInterval: .milliseconds(20)).presence
        let (b, c) = (makeNode().presence, makeNode().presence)
        try a.track("eve", .emptyObject, on: "room", by: 1, nil)
        let replica = shared.state.withLock { $0.topics }
        try a.track("ann", .emptyObject, on: "room", by: 1, nil)
        // Members of the topic, so that the nodes mirror it.
        _ = b.pubSub.subscribe(loop: 0, to: "room")
        if isMirrored { _ = a.pubSub.subscribe(loop: 0, to: "room") }
        let lost = try #require(try await b.get("ann", in: "room")?.metas.first?.ref)
        #expect(try await a.get("ann", in: "room") != nil)
        let runs = [a, b].map { node in Task { try await node.run() } }
        while !isMirrored, a.withTopic("room", { state, _ in state.audited == nil }) { await Task.yield() }

        shared.state.withLock { $0.topics = replica }
        try c.track("bob", .emptyObject, on: "room", by: 1, nil)
        for report in shared.state.withLock({ Array($0.reporters.values) }) { report(.diffsMissed) }
        for node in [a, b] {
            var refs: [String?] = []
            repeat {
                await Task.yield()
                let list = try await node.list("room")
                refs = ["ann", "bob", "eve"].map { list[$0]?.metas.first?.ref }
            } while refs.contains(nil) || refs[0] == lost
        }
        for run in runs { run.cancel() }
        for run in runs { try? await run.value }
    }

    @Test("keeps nothing of a topic for a client that is gone", arguments: [false, true])
    func goneClient(isAway: Bool) async throws {
        let store = AbsentStore()
        store.isAway.store(isAway, ordering: .sequentiallyConsistent)
        var configuration = PresenceConfiguration()
        configuration.retryDelay = .milliseconds(5)
        let presence = Presence(pubSub: PubSub(), store: store, configuration: configuration)
        presence.pushState(of: "room", to: PresenceTarget(channel: 1) { _ in })
        while !presence.topics.isEmpty { await Task.yield() }
        #expect(presence.health.mirrors == 0)
    }

    @Test("lets no more wait for a topic that can't be read than may, and counts the others")
    func waiters() {
        var configuration = PresenceConfiguration()
        configuration.maxWaitersPerTopic = 2
        var topic = PresenceTopic(configuration)
        var effects = PresenceEffects()
        let failures = Mutex<[PresenceError.Code]>([])
        let list = PresenceTopic.Waiter.Purpose.list { result in
            if case .failure(let error) = result { failures.withLock { $0.append(error.code) } }
        }
        topic.serve(.push(PresenceTarget(channel: 1) { _ in }), &effects)
        for _ in 0..<3 { topic.serve(list, &effects) }
        topic.serve(.push(PresenceTarget(channel: 2) { _ in }), &effects)
        // It waits already.
        topic.serve(.push(PresenceTarget(channel: 1) { _ in }), &effects)
        #expect(topic.waiterCount == 2)
        #expect(effects.refused == 3)
        for answer in effects.answers { answer() }
        #expect(failures.withLock { $0 } == [.overloaded, .overloaded])
    }

    @Test("compares also topics nobody wants to see with the store")
    func auditWithoutMirror() async throws {
        var configuration = PresenceConfiguration()
        configuration.auditInterval = .milliseconds(20)
        let store = MemoryPresenceStore(sharing: shared, configuration: configuration)
        let presence = Presence(pubSub: PubSub(), store: store, configuration: configuration)
        try presence.track("ann", .emptyObject, on: "room", by: 1, nil)
        // And nobody is told.
        store.wipe()
        #expect(try await presence.list("room").count == 0)
        let run = Task { try await presence.run() }
        while try await presence.get("ann", in: "room") == nil { await Task.yield() }
        run.cancel()
        try? await run.value
    }

    @Test(
        "spreads the audit over its interval, in steps of ten milliseconds at least",
        arguments: [(0, 1), (1, 1), (5, 5), (100, 100), (4_500, 4_500), (100_000, 4_500)]
    )
    func auditRound(topics: Int, steps: Int) {
        let all = (0..<topics).map { "\($0)" }
        var round = PresenceAuditRound(all, over: .seconds(45))
        #expect(round.pause == .seconds(45) / steps)
        var batches: [[String]] = []
        while let batch = round.next() { batches.append(Array(batch)) }
        #expect(batches.count == steps)
        #expect(batches.flatMap { $0 } == all)
        #expect(batches.allSatisfy { $0.count <= (topics + steps - 1) / steps })
    }
}

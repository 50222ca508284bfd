public import Logging
public import PhoenixWire
public import ServiceLifecycle
import Synchronization

/// Who is in which topic, on all nodes.
///
/// ```swift
/// let presence = Presence(pubSub: pubSub)
/// let endpoint = Endpoint("/socket", pubSub: pubSub, presence: presence) { Route("room:*", RoomChannel.self) }
/// ...
/// mutating func joined(socket: Socket) async throws {
///     try await socket.track(userID, ["device": "web"])
///     socket.pushPresenceState()
/// }
/// ```
///
/// Clients get Phoenix' `presence_state` and `presence_diff`, so phoenix.js' `Presence` works unchanged. Members leave
/// when they are untracked, when their channel ends for whatever reason, and when their node dies.
///
/// As a `Service` it keeps the node's lease; run it after the ``PubSub`` it uses, so that it stops first.
///
/// Source: `Phoenix.Presence` and `Phoenix.Tracker`.
public final class Presence: Service {
    /// Enriches what clients get: returns members to be added beside `metas`, for the keys it knows something about.
    ///
    /// Called once per diff and once per state, never per member; what it throws is logged, and nothing is added. It is
    /// cancelled after ``PresenceConfiguration/fetchTimeout``.
    public typealias Fetch =
        @Sendable (
            _ topic: String, _ keys: Set<String>
        ) async throws -> [String: [String: Payload]]

    /// The limits.
    public let configuration: PresenceConfiguration
    let pubSub: PubSub
    let store: any PresenceStore
    let fetch: Fetch?
    let hooks: PresenceHooks
    let logger: Logger
    let refs = PresenceRefs()
    private let tables: [LockedTable]
    private let totals = PresenceTotals()
    private let ended = Atomic(false)
    /// Diffs may have been missed; once more is enough, however often that is said meanwhile.
    let gaps = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    private final class LockedTable: Sendable {
        let topics = Mutex<[TopicKey: PresenceTopic]>([:])
    }

    /// Creates the presence of a node.
    ///
    /// - Parameters:
    ///   - pubSub: where the topics' subscribers are.
    ///   - store: where presence is kept; by default in the memory of this node.
    ///   - configuration: limits and times.
    ///   - hooks: what to call when keys appear and disappear.
    ///   - fetch: enriches what clients get.
    ///   - logger: where what goes wrong is reported.
    public init(
        pubSub: PubSub,
        store: (any PresenceStore)? = nil,
        configuration: PresenceConfiguration = PresenceConfiguration(),
        hooks: PresenceHooks = PresenceHooks(),
        fetch: Fetch? = nil,
        logger: Logger = Logger(label: "channelsocket.presence")
    ) {
        self.pubSub = pubSub
        let store = store ?? MemoryPresenceStore(configuration: configuration)
        self.store = store
        self.configuration = configuration
        self.hooks = hooks
        self.fetch = fetch
        self.logger = logger
        tables = (0..<16).map { _ in LockedTable() }
        store.start(node: pubSub.node) { [weak self] event in self?.handle(event) }
        pubSub.whenAbandoned { [weak self] topic in self?.abandoned(topic) }
    }

    /// Keeps the node's lease and compares with the store now and then, until the task is cancelled or the service
    /// group shuts down.
    public func run() async throws {
        defer { ended.store(true, ordering: .relaxed) }
        try await cancelWhenGracefulShutdown { [self] in
            try await withThrowingTaskGroup { group in
                group.addTask { try await self.store.run() }
                group.addTask { await self.auditRegularly() }
                group.addTask { await self.auditAfterGaps() }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    /// Whether ``run()`` has returned, after which the store is not asked again and again.
    var hasEnded: Bool { ended.load(ordering: .relaxed) }

    /// How it is doing.
    public var health: PresenceHealth {
        let sum = totals.sum
        return PresenceHealth(
            staleReason: store.disconnectReason, tracked: sum.tracked, pending: sum.pending, mirrors: sum.mirrors
        )
    }

    // MARK: Topics

    /// Looks at or changes a topic, and has done what follows from it.
    func withTopic<Result: Sendable>(
        _ name: String, _ body: (inout PresenceTopic, inout PresenceEffects) -> Result
    ) -> Result {
        let key = TopicKey(name)
        var effects = PresenceEffects()
        let result = table(of: name).topics.withLock { topics in
            var effectsInside = PresenceEffects()
            let before = topics[key]?.size ?? PresenceTopic.Size()
            let result = body(&topics[key, default: PresenceTopic(configuration)], &effectsInside)
            // Under the lock, so that what clients get is in the order of the changes.
            claim(&effectsInside, name, &topics[key, default: PresenceTopic(configuration)])
            if topics[key]?.isEmpty == true { topics[key] = nil }
            totals.changed(from: before, to: topics[key]?.size ?? PresenceTopic.Size())
            effects = effectsInside
            return result
        }
        perform(effects, name)
        return result
    }

    /// The topics this node knows something about.
    var topics: [String] {
        tables.flatMap { $0.topics.withLock { $0.keys.map(\.topic) } }
    }

    private func table(of topic: String) -> LockedTable {
        tables[Int(UInt(bitPattern: topic.hashValue) % UInt(tables.count))]
    }

    /// Sends what is to be sent, and drops what a task does already.
    private func claim(_ effects: inout PresenceEffects, _ name: String, _ topic: inout PresenceTopic) {
        effects.flush = effects.flush && !topic.isFlushing
        effects.watch = effects.watch && !topic.isWatching
        effects.gather = effects.gather && !topic.isGathering
        if topic.isReading { effects.read = nil }
        if effects.flush { topic.isFlushing = true }
        if effects.watch { topic.isWatching = true }
        if effects.gather { topic.isGathering = true }
        if effects.read != nil { topic.isReading = true }
        if fetch == nil {
            for item in effects.items { send(item, of: &topic, name) }
            effects.items = []
        } else if !effects.items.isEmpty {
            topic.enqueue(effects.items)
            effects.items = topic.isSending ? [] : effects.items
            topic.isSending = true
        }
    }

    /// Starts what has been claimed: tasks that end when their work is done, none per member.
    private func perform(_ effects: PresenceEffects, _ topic: String) {
        for _ in 0..<effects.refused { pubSub.statistics.count(.refusedPresences) }
        for answer in effects.answers { answer() }
        if let reading = effects.read {
            Task.immediate { [self] in await read(topic, reading) }
        }
        if effects.flush {
            Task.immediate { [self] in await flush(topic) }
        }
        if effects.watch {
            Task { [self] in await watch(topic) }
        }
        if effects.gather {
            Task { [self] in await gather(topic) }
        }
        if !effects.items.isEmpty {
            // Not at once: the store may be within a change, and the application may ask who is present.
            Task { [self] in await sendEnriched(topic) }
        }
    }

    // MARK: Events

    private func handle(_ event: PresenceStoreEvent) {
        switch event {
        case .diff(let topic, let diff):
            withTopic(topic) { $0.receive(diff, &$1) }
        case .lost:
            logger.warning("this node was declared dead or the store lost its data: tracking anew")
            for topic in topics { withTopic(topic) { $0.lost(&$1) } }
        case .diffsMissed:
            for topic in topics { withTopic(topic) { $0.diffsMissed(&$1) } }
            gaps.continuation.yield()
        case .disappeared(let topic, let keys):
            if let disappeared = hooks.disappeared { for key in keys { disappeared(topic, key) } }
        }
    }

    /// The node has lost its last subscriber of a topic, and perhaps got another one meanwhile.
    private func abandoned(_ topic: String) {
        withTopic(topic) { state, effects in
            guard state.mirror != nil else { return }
            if pubSub.hasMembers(of: topic) {
                state.invalidate(&effects)
            } else {
                state.dropMirror(&effects)
            }
        }
    }
}

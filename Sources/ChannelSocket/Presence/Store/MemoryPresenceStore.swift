import PhoenixWire
import Synchronization

/// Keeps presence in the memory of this process.
///
/// For one node, and for several nodes of one process in tests: those that share a ``Shared`` see each other.
public final class MemoryPresenceStore: PresenceStore {
    /// The members of all topics, for the stores of several nodes.
    public final class Shared: Sendable {
        let state = Mutex(State())

        /// Creates an empty one.
        public init() {}
    }

    typealias Reporter = @Sendable (PresenceStoreEvent) -> Void

    struct State {
        var topics: [TopicKey: MemoryPresenceTopic] = [:]
        var reporters: [Int: Reporter] = [:]
        var live: Set<Int> = []
        var lastOwner = 0
        private var emptyTopics = EmptyTopics()

        /// Carries out changes to a topic.
        mutating func apply(
            _ changes: [PresenceChange], to topic: TopicKey, owner: Int, limit: Int
        ) -> (PresenceApplied, PresenceStoreDiff?) {
            let result = topics[topic, default: MemoryPresenceTopic()].apply(changes, owner: owner, limit: limit)
            if let content = topics[topic], content.isEmpty,
                let (oldest, version) = emptyTopics.append(topic, content.version),
                let former = topics[oldest], former.isEmpty, former.version == version
            {
                topics[oldest] = nil
            }
            return result
        }

        func report(_ event: PresenceStoreEvent) {
            for reporter in reporters.values { reporter(event) }
        }
    }

    /// Always nil.
    public var disconnectReason: String? { nil }

    private let shared: Shared
    private let configuration: PresenceConfiguration
    private let owner = Mutex(0)

    /// Creates the store of one node.
    ///
    /// - Parameters:
    ///   - shared: what it shares with the stores of other nodes.
    ///   - configuration: how many members a topic may have.
    public init(sharing shared: Shared = Shared(), configuration: PresenceConfiguration = PresenceConfiguration()) {
        self.shared = shared
        self.configuration = configuration
    }

    /// Begins to report.
    public func start(node: NodeID, reporting report: @escaping @Sendable (PresenceStoreEvent) -> Void) {
        let owner = shared.state.withLock { state in
            state.lastOwner += 1
            state.reporters[state.lastOwner] = report
            state.live.insert(state.lastOwner)
            return state.lastOwner
        }
        self.owner.withLock { $0 = owner }
    }

    /// Waits for the end of the surrounding task, then has the node's members leave.
    public func run() async throws {
        for await _ in AsyncStream<Never>.makeStream().stream {}
        die()
    }

    /// Carries out changes.
    public func apply(_ changes: [PresenceChange], to topic: String) async throws(PresenceError) -> PresenceApplied {
        let owner = owner.withLock { $0 }
        return try shared.state.withLock { state throws(PresenceError) in
            guard state.live.contains(owner) else { throw PresenceError(.lost, "the node was declared dead") }
            let limit = configuration.maxMembersPerTopic
            let (applied, diff) = state.apply(changes, to: TopicKey(topic), owner: owner, limit: limit)
            // Under the lock, so that all nodes see the diffs in their order.
            if let diff { state.report(.diff(topic: topic, diff)) }
            return applied
        }
    }

    /// Reads a topic.
    public func snapshot(
        of topic: String, unless known: PresenceVersion?
    ) async throws(PresenceError) -> PresenceSnapshot? {
        let owner = owner.withLock { $0 }
        return shared.state.withLock { state in
            let content = state.topics[TopicKey(topic)] ?? MemoryPresenceTopic(isNew: true)
            return content.version == known ? nil : content.snapshot(for: owner)
        }
    }

    // MARK: For tests

    /// Ends the node's incarnation as a crash would: its members leave, and the node is told nothing.
    public func die() {
        let owner = owner.withLock { $0 }
        let (disappeared, reporters) = shared.state.withLock { state in
            var events: [PresenceStoreEvent] = []
            guard state.live.remove(owner) != nil else { return (events, [] as [Reporter]) }
            for topic in state.topics.keys {
                guard let (diff, keys) = state.topics[topic]?.removeMembers(of: owner) else { continue }
                state.report(.diff(topic: topic.topic, diff))
                events.append(.disappeared(topic: topic.topic, keys: keys))
            }
            return (events, Array(state.reporters.values))
        }
        // Hooks of the application follow, which may well ask who is present.
        for event in disappeared {
            for reporter in reporters { reporter(event) }
        }
    }

    /// Begins a new incarnation, as after ``die()`` or ``wipe()``, and reports that the old one is lost.
    public func revive() {
        let report = shared.state.withLock { state in
            state.lastOwner += 1
            let old = owner.withLock { owner in
                defer { owner = state.lastOwner }
                return owner
            }
            state.live.remove(old)
            state.live.insert(state.lastOwner)
            let report = state.reporters.removeValue(forKey: old)
            state.reporters[state.lastOwner] = report
            return report
        }
        report?(.lost)
    }

    /// Forgets all topics, as a store does that has lost its data.
    public func wipe() {
        shared.state.withLock { $0.topics = [:] }
    }
}

public import ChannelSocket
import Synchronization

/// Checks whether a `PresenceStore` does what ``Presence`` relies on. Run it on your own store:
///
/// ```swift
/// @Test(arguments: PresenceStoreConformance.Check.allCases)
/// func conforms(_ check: PresenceStoreConformance.Check) async throws {
///     try await PresenceStoreConformance { topics in MyNode(topics) }.run(check)
/// }
/// ```
///
/// Uses no test framework: a check that fails throws a ``ConformanceFailure`` which says what is wrong.
public struct PresenceStoreConformance: Sendable {
    /// A node of a cluster, as the suite needs it.
    public struct Node: Sendable {
        /// The node's store, not started yet.
        public var store: any PresenceStore
        /// Runs what the store needs beside itself (a pub/sub adapter subscribed to the topics) until cancelled.
        public var run: @Sendable () async throws -> Void
        /// Returns when diffs of the topics reach the node.
        public var waitUntilReady: @Sendable () async throws -> Void

        /// Creates a node.
        ///
        /// - Parameters:
        ///   - store: its store.
        ///   - run: runs what the store needs beside itself.
        ///   - waitUntilReady: returns when diffs reach the node.
        public init(
            store: any PresenceStore,
            run: @escaping @Sendable () async throws -> Void = {},
            waitUntilReady: @escaping @Sendable () async throws -> Void = {}
        ) {
            self.store = store
            self.run = run
            self.waitUntilReady = waitUntilReady
        }
    }

    /// Makes one more node of the same cluster, which is to get the diffs of the topics.
    public typealias Factory = @Sendable (_ topics: [String]) async throws -> Node

    /// One rule.
    public enum Check: String, CaseIterable, Sendable {
        /// A join makes one diff on every node, and the member can be read.
        case joins
        /// Repeated changes do nothing.
        case repeatsDoNothing
        /// An update is one diff with a leave and a join.
        case updates
        /// Versions count up by one with each effective change.
        case versions
        /// The first and the last member of a key are told to who made the change, once.
        case firstAndLast
        /// A known version is not read again.
        case knownVersions
        /// Each node is told which members are its own.
        case ownership
        /// A member that is still there is brought back silently, one that is not under its fallback.
        case retracks
        /// Keys and metas come back as they were, whatever is in them.
        case keepsBytes
        /// The members of a node that stops leave.
        case stops
    }

    /// How long a check waits for something that should happen.
    public let timeout: Duration
    private let makeNode: Factory

    /// Creates the suite.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait for something that should happen.
    ///   - makeNode: makes one more node of the same cluster; called several times per check.
    public init(timeout: Duration = .seconds(10), makeNode: @escaping Factory) {
        self.timeout = timeout
        self.makeNode = makeNode
    }

    /// Runs one check.
    ///
    /// - Parameter check: the check.
    /// - Throws: ``ConformanceFailure`` when the store fails it, and whatever the factory throws.
    public func run(_ check: Check) async throws {
        let topic = "conformance {\(check.rawValue)} \(UInt32.random(in: 0 ... .max))"
        try await withNodes(2, topic) { nodes in
            let (a, b) = (nodes[0], nodes[1])
            switch check {
            case .joins: try await joins(a, b)
            case .repeatsDoNothing: try await repeatsDoNothing(a, b)
            case .updates: try await updates(a, b)
            case .versions: try await versions(a, b)
            case .firstAndLast: try await firstAndLast(a, b)
            case .knownVersions: try await knownVersions(a)
            case .ownership: try await ownership(a, b)
            case .retracks: try await retracks(a, b)
            case .keepsBytes: try await keepsBytes(a, b)
            case .stops: try await stops(a, b)
            }
        }
    }

    private func withNodes(
        _ count: Int, _ topic: String, _ body: @Sendable @escaping ([PresenceTestNode]) async throws -> Void
    ) async throws {
        var nodes: [PresenceTestNode] = []
        for _ in 0..<count {
            nodes.append(PresenceTestNode(try await makeNode([topic]), topic: topic, timeout: timeout))
        }
        try await withThrowingTaskGroup { group in
            for node in nodes { group.addTask { try await node.node.run() } }
            for node in nodes { node.start() }
            for node in nodes { try await node.waitUntilReady() }
            do {
                try await body(nodes)
            } catch {
                for node in nodes { await node.stop() }
                group.cancelAll()
                throw error
            }
            for node in nodes { await node.stop() }
            group.cancelAll()
        }
    }
}

/// A node of the suite with what its store has reported.
final class PresenceTestNode: Sendable {
    let node: PresenceStoreConformance.Node
    let topic: String
    private let timeout: Duration
    private let received = Mutex<[PresenceStoreDiff]>([])
    private let running = Mutex<Task<Void, any Error>?>(nil)

    init(_ node: PresenceStoreConformance.Node, topic: String, timeout: Duration) {
        self.node = node
        self.topic = topic
        self.timeout = timeout
    }

    /// The diffs so far.
    var diffs: [PresenceStoreDiff] { received.withLock { $0 } }

    func start() {
        node.store.start(node: NodeID()) { [self] event in
            guard case .diff(topic, let diff) = event else { return }
            received.withLock { $0.append(diff) }
        }
        running.withLock { $0 = Task { [node] in try await node.store.run() } }
    }

    func waitUntilReady() async throws {
        try await node.waitUntilReady()
        try await wait("the store did not become usable") { self.node.store.disconnectReason == nil }
    }

    /// Stops the store in order.
    func stop() async {
        let task = running.withLock { $0.take() }
        task?.cancel()
        _ = await task?.result
    }

    func apply(_ changes: PresenceChange...) async throws -> PresenceApplied {
        try await node.store.apply(changes, to: topic)
    }

    func snapshot() async throws -> PresenceSnapshot {
        guard let snapshot = try await node.store.snapshot(of: topic, unless: nil) else {
            throw ConformanceFailure("nothing was read although no version was known")
        }
        return snapshot
    }

    /// Waits for as many diffs.
    func wait(forDiffs count: Int) async throws -> [PresenceStoreDiff] {
        try await wait("\(count) diffs did not come") { self.diffs.count >= count }
        return diffs
    }

    func wait(_ failure: String, until condition: () -> Bool) async throws {
        let deadline = ContinuousClock.now + timeout
        while !condition() {
            guard ContinuousClock.now < deadline else { throw ConformanceFailure(failure) }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

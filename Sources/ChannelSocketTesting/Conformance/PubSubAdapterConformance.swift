public import ChannelSocket
import NIOCore
import PhoenixWire

/// Checks whether a ``PubSubAdapter`` does what the endpoint relies on. Run it on your own adapter:
///
/// ```swift
/// @Test(arguments: PubSubAdapterConformance.Check.allCases)
/// func conforms(_ check: PubSubAdapterConformance.Check) async throws {
///     let suite = PubSubAdapterConformance { try MyAdapter(url: "...") }
///     try await suite.run(check)
/// }
/// ```
///
/// Uses no test framework: a check that fails throws a ``ConformanceFailure`` which says what is wrong.
public struct PubSubAdapterConformance: Sendable {
    /// Makes an adapter for one more node of the same cluster.
    public typealias Factory = @Sendable () async throws -> any PubSubAdapter

    /// Whether nodes hear each other; false for an adapter that serves one node only.
    public let reachesOtherNodes: Bool
    /// How long a check waits for something that should happen.
    public let timeout: Duration

    private let makeAdapter: Factory

    /// Creates the suite.
    ///
    /// - Parameters:
    ///   - reachesOtherNodes: false for an adapter that serves one node only, which skips what takes two.
    ///   - timeout: how long to wait for something that should happen.
    ///   - makeAdapter: makes an adapter for one more node of the same cluster; called several times per check.
    public init(
        reachesOtherNodes: Bool = true,
        timeout: Duration = .seconds(10),
        makeAdapter: @escaping Factory
    ) {
        self.reachesOtherNodes = reachesOtherNodes
        self.timeout = timeout
        self.makeAdapter = makeAdapter
    }

    /// Runs one check.
    ///
    /// - Parameter check: the check.
    /// - Throws: ``ConformanceFailure`` when the adapter fails it, and whatever the factory throws.
    public func run(_ check: Check) async throws {
        guard reachesOtherNodes || !check.needsTwoNodes else { return }
        do {
            switch check {
            case .connects: try await connects()
            case .endsWhenCancelled: try await endsWhenCancelled()
            case .confirmsSubscriptions: try await confirmsSubscriptions()
            case .acceptsSubscriptionsBeforeRunning: try await acceptsSubscriptionsBeforeRunning()
            case .neverReturnsOwnBroadcasts: try await neverReturnsOwnBroadcasts()
            case .deliversToOtherNodes: try await deliversToOtherNodes()
            case .deliversOnlySubscribedTopics: try await deliversOnlySubscribedTopics()
            case .stopsAfterUnsubscribing: try await stopsAfterUnsubscribing()
            case .keepsOrder: try await keepsOrder()
            case .keepsBytes: try await keepsBytes()
            case .keepsExclusion: try await keepsExclusion()
            case .survivesChangesOfMind: try await survivesChangesOfMind()
            case .publishesFromManyTasks: try await publishesFromManyTasks()
            }
        } catch let failure as ConformanceFailure {
            throw ConformanceFailure("\(check.rawValue): \(failure.message)")
        }
    }

    /// Runs all checks, one after the other.
    ///
    /// - Throws: ``ConformanceFailure`` for the first check that fails, and whatever the factory throws.
    public func run() async throws {
        for check in Check.allCases { try await run(check) }
    }

    /// Runs a closure with nodes that are connected.
    func withNodes<Result: Sendable>(
        _ count: Int,
        _ body: @Sendable ([ConformanceNode]) async throws -> Result
    ) async throws -> Result {
        var nodes: [ConformanceNode] = []
        for _ in 0..<count { nodes.append(ConformanceNode(adapter: try await makeAdapter(), timeout: timeout)) }
        return try await withRunning(nodes) { nodes in
            for node in nodes { try await node.waitUntilConnected() }
            return try await body(nodes)
        }
    }

    /// Runs a closure while nodes run.
    func withRunning<Result: Sendable>(
        _ nodes: [ConformanceNode],
        _ body: @Sendable ([ConformanceNode]) async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in nodes { group.addTask { try await node.run() } }
            defer { group.cancelAll() }
            return try await body(nodes)
        }
    }

    /// Makes a node that does not run yet.
    func makeNode() async throws -> ConformanceNode {
        ConformanceNode(adapter: try await makeAdapter(), timeout: timeout)
    }
}

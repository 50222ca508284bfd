import ChannelSocket
import Logging
import NIOCore
import PhoenixWire
import Synchronization
import Testing

@testable import ChannelSocketRedis

/// A node for tests: an adapter, what it has delivered and what it has logged.
final class TestNode: Sendable {
    let id = NodeID()
    let adapter: RedisAdapter
    let log: CapturingLogHandler.Lines
    private let delivered = Mutex<[RoutedBroadcast]>([])

    init(_ url: String, configure: (inout RedisConfiguration) -> Void = { _ in }) throws {
        var configuration = try RedisConfiguration(url: url)
        configuration.backoff = RedisBackoff(initial: .milliseconds(10), maximum: .milliseconds(100))
        configure(&configuration)
        let (logger, lines) = CapturingLogHandler.make()
        log = lines
        adapter = RedisAdapter(configuration, logger: logger)
    }

    var inbox: [RoutedBroadcast] { delivered.withLock { $0 } }
    var events: [String] { inbox.map(\.broadcast.event) }

    /// Runs nodes, and a closure with them.
    static func run<Result: Sendable>(
        _ nodes: TestNode...,
        body: @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in nodes {
                group.addTask {
                    try await node.adapter.run(node: node.id) { broadcast in
                        node.delivered.withLock { $0.append(broadcast) }
                    }
                }
            }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    func connected() async throws {
        try await wait("connected; \(adapter.disconnectReason ?? "")") {
            self.adapter.isConnected && self.adapter.disconnectReason == nil
        }
    }

    func subscribe(_ topic: String) async throws {
        try await adapter.subscribe(to: topic)?.get()
    }

    func publish(_ topic: String, _ event: String) async throws {
        try await send(topic, event).get()
    }

    func send(_ topic: String, _ event: String) throws -> EventLoopFuture<Void> {
        try #require(
            adapter.publish(RoutedBroadcast(Broadcast(topic: topic, event: event, payload: .emptyObject))))
    }
}

/// Waits for a condition, twenty seconds at most.
func wait(_ what: @autoclosure () -> String, until condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw WaitedInVain(what: what()) }
        try await Task.sleep(for: .milliseconds(2))
    }
}

struct WaitedInVain: Error {
    var what: String
}

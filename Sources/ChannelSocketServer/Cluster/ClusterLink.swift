internal import ChannelSocket
internal import ChannelSocketRedis
internal import Logging
internal import NIOCore

/// A link to the Redis of a cluster for the time of a command, from outside the cluster.
struct ClusterLink: Sendable {
    private let redis: RedisConfiguration
    private let patience: Duration

    /// Creates a link, which is not made yet.
    ///
    /// - Parameters:
    ///   - redis: the Redis that joins the nodes.
    ///   - patience: how long reaching it may take.
    init(redis: RedisConfiguration, patience: Duration) {
        self.redis = redis
        self.patience = patience
    }

    /// Makes the link, runs a closure with it and ends it.
    ///
    /// - Parameters:
    ///   - deliver: takes what is published to topics that the closure subscribes to.
    ///   - body: what to do with the link.
    /// - Returns: what the closure returned.
    /// - Throws: ``ClusterUnreachable`` when Redis can't be reached in time, and what the closure throws.
    func use<Result: Sendable>(
        delivering deliver: @escaping @Sendable (RoutedBroadcast) -> Void = { _ in },
        _ body: (RedisAdapter) async throws -> Result
    ) async throws -> Result {
        let silent = Logger(label: "channelsocket.link") { _ in SwiftLogNoOpLogHandler() }
        let adapter = RedisAdapter(redis, logger: silent)
        return try await withThrowingTaskGroup { group in
            defer { group.cancelAll() }
            group.addTask { try await adapter.run(node: NodeID(), delivering: deliver) }
            try await waitForConnection(of: adapter)
            return try await body(adapter)
        }
    }

    /// Asks until there is an answer; nothing tells when the connection is up.
    private func waitForConnection(of adapter: RedisAdapter) async throws {
        let deadline = ContinuousClock.now + patience
        while true {
            do {
                _ = try await adapter.commands.send(["PING"]).get()
                return
            } catch let error as PubSubError where error.code == .disconnected {
                guard ContinuousClock.now < deadline else {
                    let reason = adapter.disconnectReason ?? error.message
                    throw ClusterUnreachable("cannot reach Redis at \(redis.address): \(reason)")
                }
                // Between two questions, up to the deadline.
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }
}

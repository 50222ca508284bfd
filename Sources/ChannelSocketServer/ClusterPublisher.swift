internal import ChannelSocket
public import ChannelSocketRedis
internal import Logging
internal import NIOCore
public import PhoenixWire

/// Publishes to the clients of a cluster from outside it, for `channelsocket publish`.
public struct ClusterPublisher: Sendable {
    private let redis: RedisConfiguration
    private let patience: Duration

    /// Creates a publisher.
    ///
    /// - Parameters:
    ///   - redis: the Redis that joins the nodes.
    ///   - patience: how long reaching it may take.
    public init(redis: RedisConfiguration, patience: Duration = .seconds(5)) {
        self.redis = redis
        self.patience = patience
    }

    /// Publishes a broadcast.
    ///
    /// - Parameter broadcast: what to publish; its payload must be a JSON object or binary.
    /// - Returns: the number of nodes that took it.
    /// - Throws: `PubSubError` if Redis did not take it, `WireError` if it can't be encoded.
    public func publish(_ broadcast: Broadcast) async throws -> Int {
        var envelope = ByteBuffer()
        try BroadcastEnvelope(broadcast).encode(into: &envelope)
        let command: [RedisArgument] = ["PUBLISH", "\(redis.channelPrefix)\(broadcast.topic)", .bytes(envelope)]
        let silent = Logger(label: "channelsocket.publish") { _ in SwiftLogNoOpLogHandler() }
        let adapter = RedisAdapter(redis, logger: silent)
        return try await withThrowingTaskGroup { group in
            defer { group.cancelAll() }
            group.addTask { try await adapter.run(node: NodeID()) { _ in } }
            return try await receivers(of: command, through: adapter)
        }
    }

    /// Sends the command as soon as the connection is up; nothing tells when that is.
    private func receivers(of command: [RedisArgument], through adapter: RedisAdapter) async throws -> Int {
        let deadline = ContinuousClock.now + patience
        while true {
            do {
                let reply = try await adapter.commands.send(command).get()
                return reply.integer.map(Int.init) ?? 0
            } catch let error as PubSubError where error.code == .disconnected {
                guard ContinuousClock.now < deadline else {
                    let reason = adapter.disconnectReason ?? error.message
                    throw PubSubError(.disconnected, "cannot reach Redis at \(redis.address): \(reason)")
                }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }
}

public import ChannelSocketRedis
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
    /// - Throws: ``ClusterUnreachable``, `PubSubError` if Redis did not take it, `WireError` if it can't be encoded.
    public func publish(_ broadcast: Broadcast) async throws -> Int {
        var envelope = ByteBuffer()
        try BroadcastEnvelope(broadcast).encode(into: &envelope)
        let command: [RedisArgument] = ["PUBLISH", "\(redis.channelPrefix)\(broadcast.topic)", .bytes(envelope)]
        return try await ClusterLink(redis: redis, patience: patience).use { adapter in
            try await adapter.commands.send(command).get().integer.map(Int.init) ?? 0
        }
    }
}

package import ChannelSocket
package import ChannelSocketRedis

/// Reads who is present from a cluster's Redis, from outside the cluster, for `channelsocket presence`.
package struct ClusterPresence: Sendable {
    private let redis: RedisConfiguration
    private let keyPrefix: String
    private let patience: Duration

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - redis: the Redis that joins the nodes.
    ///   - keyPrefix: what stands before the names of the nodes' presence keys.
    ///   - patience: how long reaching Redis may take.
    package init(
        redis: RedisConfiguration,
        keyPrefix: String = RedisPresenceConfiguration().keyPrefix,
        patience: Duration = .seconds(5)
    ) {
        self.redis = redis
        self.keyPrefix = keyPrefix
        self.patience = patience
    }

    /// Reads a topic.
    ///
    /// - Parameter topic: the topic.
    /// - Returns: the keys with the metas of each, both in a stable order: keys as text, metas oldest first.
    /// - Throws: ``ClusterUnreachable``, `PresenceError` when Redis does not answer as it should.
    package func members(of topic: String) async throws -> [(key: String, metas: [PresenceMember])] {
        let snapshot = try await ClusterLink(redis: redis, patience: patience).use { adapter in
            var configuration = RedisPresenceConfiguration()
            configuration.keyPrefix = keyPrefix
            return try await RedisPresenceStore(adapter: adapter, configuration: configuration)
                .snapshot(of: topic, unless: nil)
        }
        return Dictionary(grouping: snapshot?.members ?? [], by: \.key)
            .map { (key: $0.key, metas: $0.value.sorted { ($0.joinedAt, $0.ref) < ($1.joinedAt, $1.ref) }) }
            .sorted { $0.key < $1.key }
    }
}

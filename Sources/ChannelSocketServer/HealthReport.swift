internal import ChannelSocket

/// What a node says about itself at `/health`.
public struct HealthReport: Codable, Hashable, Sendable {
    /// In one word.
    public enum Status: String, Codable, Sendable {
        /// Everything works.
        case ok
        /// Clients of this node are served, but not joined with those of other nodes.
        case degraded
    }

    /// The link to the other nodes.
    public struct Link: Codable, Hashable, Sendable {
        /// What carries it: `memory` or `redis`.
        public var backend: String
        /// Whether what is broadcast here reaches the other nodes and the other way round.
        public var connected: Bool
        /// Why not.
        public var reason: String?
    }

    /// The word.
    public var status: Status
    /// The identity of the node.
    public var node: String
    /// The version of the server.
    public var version: String
    /// The link to the other nodes.
    public var pubsub: Link
    /// WebSocket connections open now.
    public var connections: Int
    /// Channels joined now.
    public var channels: Int
    /// How often something was dropped or refused since the start, by kind.
    public var dropped: [String: Int]
}

extension HealthReport {
    /// Reports on a node.
    ///
    /// - Parameters:
    ///   - pubSub: the node's pub/sub system.
    ///   - backend: what carries it.
    init(pubSub: PubSub, backend: String) {
        // Not `isConnected`, which is false for a moment whenever a new topic is being subscribed.
        let reason = pubSub.disconnectReason
        let statistics = pubSub.statistics
        let drops = NodeStatistics.Drop.allCases.map { ($0.description, statistics[$0]) }
        self.init(
            status: reason == nil ? .ok : .degraded,
            node: pubSub.node.description,
            version: StockServer.version,
            pubsub: Link(backend: backend, connected: reason == nil, reason: reason),
            connections: statistics.connections,
            channels: statistics.channels,
            dropped: Dictionary(uniqueKeysWithValues: drops)
        )
    }
}

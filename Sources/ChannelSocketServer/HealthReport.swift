internal import ChannelSocket

/// What a node says about itself at `/health`.
public struct HealthReport: Codable, Hashable, Sendable {
    /// In one word.
    public enum Status: String, Codable, Sendable {
        /// Everything works.
        case ok
        /// Clients of this node are served, but not joined with those of other nodes.
        case degraded
        /// The node is about to end: clients are still served, but no load balancer should send new ones.
        case draining
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

    /// Who is in which topic.
    public struct Presence: Codable, Hashable, Sendable {
        /// Whether joins and leaves reach the other nodes and the other way round.
        public var current: Bool
        /// Why not.
        public var reason: String?
        /// Presences of clients of this node.
        public var tracked: Int
        /// Changes that wait for the store.
        public var pending: Int
    }

    /// The word.
    public var status: Status
    /// The identity of the node.
    public var node: String
    /// The version of the server.
    public var version: String
    /// The link to the other nodes.
    public var pubsub: Link
    /// Who is in which topic.
    public var presence: Presence
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
    ///   - presence: its presence.
    ///   - backend: what carries both.
    ///   - isDraining: whether the node is about to end.
    init(pubSub: PubSub, presence: ChannelSocket.Presence, backend: String, isDraining: Bool) {
        // Not `isConnected`, which is false for a moment whenever a new topic is being subscribed.
        let reason = pubSub.disconnectReason
        let health = presence.health
        let statistics = pubSub.statistics
        let drops = NodeStatistics.Drop.allCases.map { ($0.description, statistics[$0]) }
        self.init(
            status: isDraining ? .draining : reason == nil && health.staleReason == nil ? .ok : .degraded,
            node: pubSub.node.description,
            version: StockServer.version,
            pubsub: Link(backend: backend, connected: reason == nil, reason: reason),
            presence: Presence(
                current: health.staleReason == nil, reason: health.staleReason, tracked: health.tracked,
                pending: health.pending
            ),
            connections: statistics.connections,
            channels: statistics.channels,
            dropped: Dictionary(uniqueKeysWithValues: drops)
        )
    }
}

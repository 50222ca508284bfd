internal import ChannelSocket
internal import ChannelSocketRedis

/// Tells how this node is, for the other nodes and for people.
struct NodeStatus: Sendable {
    let pubSub: PubSub
    /// The link to the other nodes, if there is one.
    let redis: RedisAdapter?
    private let started = ContinuousClock.now

    init(pubSub: PubSub, redis: RedisAdapter?) {
        self.pubSub = pubSub
        self.redis = redis
    }

    /// For how long the node has been running.
    var uptime: Duration { started.duration(to: .now) }

    /// What the other nodes are told.
    var description: NodeDescription {
        NodeDescription(
            id: pubSub.node.description,
            version: StockServer.version,
            connections: pubSub.statistics.connections,
            channels: pubSub.statistics.channels,
            uptimeSeconds: Int(uptime.components.seconds)
        )
    }
}

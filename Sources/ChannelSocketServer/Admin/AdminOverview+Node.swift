internal import ChannelSocket
internal import ChannelSocketRedis

extension AdminOverview {
    /// Looks at a node.
    ///
    /// - Parameters:
    ///   - status: the node.
    ///   - nodes: the nodes of the cluster.
    init(_ status: NodeStatus, nodes: [NodeDescription]) {
        let pubSub = status.pubSub
        let statistics = pubSub.statistics
        let drops = NodeStatistics.Drop.allCases.map { ($0.description, statistics[$0]) }
        self.init(
            node: pubSub.node.description,
            version: StockServer.version,
            uptimeSeconds: status.description.uptimeSeconds,
            connections: statistics.connections,
            channels: statistics.channels,
            topics: pubSub.topicCount,
            traffic: Traffic(pubSub.traffic, connectionsOpened: statistics.connectionsOpened),
            dropped: Dictionary(uniqueKeysWithValues: drops),
            redis: status.redis.map(Redis.init),
            residentBytes: ProcessMetrics.residentBytes(),
            openFiles: ProcessMetrics.openFileCount(),
            maxFiles: FileDescriptorLimit.current()?.soft,
            nodes: nodes
        )
    }
}

extension AdminOverview.Traffic {
    fileprivate init(_ traffic: NodeTraffic, connectionsOpened: Int) {
        self.init(
            connectionsOpened: connectionsOpened,
            messagesReceived: traffic.messagesReceived,
            messagesSent: traffic.messagesSent,
            deliveries: traffic.deliveries,
            bytesReceived: traffic.bytesReceived,
            bytesSent: traffic.bytesSent,
            joinsAccepted: traffic.joinsAccepted,
            joinsRefused: traffic.joinsRefused,
            deepestMailbox: traffic.deepestMailbox
        )
    }
}

extension AdminOverview.Redis {
    fileprivate init(_ adapter: RedisAdapter) {
        let statistics = adapter.statistics
        let reason = adapter.disconnectReason
        self.init(
            address: "\(adapter.configuration.address)",
            connected: reason == nil,
            reason: reason,
            published: statistics.published,
            received: statistics.received,
            failed: statistics.publishFailures.values.reduce(0, +),
            reconnects: statistics.reconnects,
            pendingCommands: adapter.pending.commands,
            probeSeconds: statistics.lastProbeRoundTrip / .seconds(1)
        )
    }
}

extension PubSub {
    /// What has gone through the node since its start.
    public var traffic: NodeTraffic {
        var traffic = NodeTraffic()
        for shard in loopShards {
            traffic.add(shard.transport.counters)
        }
        return traffic
    }
}

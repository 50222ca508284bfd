import NIOCore
import PhoenixWire

extension PubSub {
    /// What has gone through the node since its start.
    public var traffic: NodeTraffic {
        var traffic = NodeTraffic()
        for shard in loopShards {
            traffic.add(shard.transport.counters)
        }
        return traffic
    }

    /// How many channels of this node are subscribed to each topic, in no particular order.
    ///
    /// Costs each event loop a walk over its topics: for people and dashboards, not for every message.
    public func topicMemberCounts() async -> [(topic: String, members: Int)] {
        var counts: [TopicKey: Int] = [:]
        for shard in loopShards {
            // A loop that has been shut down has no members.
            let members = try? await shard.eventLoop.submit { shard.memberCounts }.get()
            counts.merge(members ?? [:], uniquingKeysWith: +)
        }
        return counts.map { ($0.key.topic, $0.value) }
    }
}

import PhoenixWire

/// Which event loops of the node have members of which topics: a part of the topics, by hash.
///
/// Pure bookkeeping: decides when the node as a whole begins and ceases to need a topic.
struct TopicTable {
    private var loopsByTopic: [TopicKey: TopicLoops] = [:]

    /// The loops with members of a topic, as a bit mask.
    func loops(of topic: String) -> UInt64 {
        loopsByTopic[TopicKey(topic)]?.all ?? 0
    }

    /// Notes that a loop has got its first member.
    ///
    /// - Returns: the topic's loops.
    mutating func insert(loop: Int, topic: String) -> TopicLoops {
        let key = TopicKey(topic)
        let loops = loopsByTopic[key] ?? TopicLoops()
        let others = loops.all
        if others == 0 { loopsByTopic[key] = loops }
        loops.set(others | (1 << UInt64(loop)))
        return loops
    }

    /// Notes that a loop has lost its last member.
    ///
    /// - Returns: whether it was the node's last.
    mutating func remove(loop: Int, topic: String) -> Bool {
        guard let loops = loopsByTopic[TopicKey(topic)] else { return false }
        let rest = loops.all & ~(1 << UInt64(loop))
        loops.set(rest)
        if rest == 0 { loopsByTopic[TopicKey(topic)] = nil }
        return rest == 0
    }

    /// How many topics have members.
    var count: Int { loopsByTopic.count }

    /// The topics with members.
    var topics: [String] { loopsByTopic.keys.map(\.topic) }
}

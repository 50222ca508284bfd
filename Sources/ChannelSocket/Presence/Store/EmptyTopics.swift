import PhoenixWire

/// The topics that have become empty last.
///
/// They are kept for a while: nodes that are about to show the last leave still ask for the version in which it was.
struct EmptyTopics {
    /// How many are kept.
    static let kept = 1_000

    private var ring: [(topic: TopicKey, version: PresenceVersion)] = []
    private var oldest = 0

    /// Takes in a topic that has become empty.
    ///
    /// - Returns: the one that was kept for longest and can be forgotten, if it is still empty and in this version.
    mutating func append(
        _ topic: TopicKey, _ version: PresenceVersion
    ) -> (topic: TopicKey, version: PresenceVersion)? {
        guard ring.count == Self.kept else {
            ring.append((topic, version))
            return nil
        }
        defer {
            ring[oldest] = (topic, version)
            oldest = (oldest + 1) % Self.kept
        }
        return ring[oldest]
    }
}

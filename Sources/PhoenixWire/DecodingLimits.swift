/// How large the parts of a message from a peer may be; what exceeds them is refused, never stored.
///
/// The size of a whole message is limited by the transport. Phoenix has no limits of this kind.
public struct DecodingLimits: Hashable, Sendable {
    /// How deep arrays and objects may be nested within a payload.
    public var maxDepth: Int
    /// How many bytes of UTF-8 a topic may have.
    public var maxTopicBytes: Int
    /// How many bytes of UTF-8 an event name may have.
    public var maxEventBytes: Int
    /// How many bytes of JSON a ref or join ref may have.
    public var maxRefBytes: Int

    /// The limits used unless others are given: depth 512, 1,024 bytes for each string.
    public static let `default` = DecodingLimits()
    /// The most that limits should be set to, depth 10,000 and 64 KiB for each string: for messages of other nodes, whose
    /// clients may have higher limits than this one's.
    public static let highest = DecodingLimits(
        maxDepth: 10_000, maxTopicBytes: 1 << 16, maxEventBytes: 1 << 16, maxRefBytes: 1 << 16
    )

    /// Creates limits.
    public init(maxDepth: Int = 512, maxTopicBytes: Int = 1024, maxEventBytes: Int = 1024, maxRefBytes: Int = 1024) {
        self.maxDepth = maxDepth
        self.maxTopicBytes = maxTopicBytes
        self.maxEventBytes = maxEventBytes
        self.maxRefBytes = maxRefBytes
    }
}

extension DecodingLimits {
    /// Checks the size of the topic and the event of a JSON message, quotes not counted.
    @inline(__always)
    func check(topic: JSONToken, event: JSONToken) throws(WireError) {
        try check(topicBytes: topic.count &- 2, eventBytes: event.count &- 2)
    }

    /// Checks the size of a topic and an event.
    @inline(__always)
    func check(topicBytes: Int, eventBytes: Int) throws(WireError) {
        guard topicBytes <= maxTopicBytes else {
            throw WireError(.limitExceeded, "the topic is longer than \(maxTopicBytes) bytes")
        }
        guard eventBytes <= maxEventBytes else {
            throw WireError(.limitExceeded, "the event is longer than \(maxEventBytes) bytes")
        }
    }

    /// Checks the size of a ref.
    @inline(__always)
    func check(ref: JSONToken) throws(WireError) {
        guard ref.count <= maxRefBytes else {
            throw WireError(.limitExceeded, "a ref is longer than \(maxRefBytes) bytes")
        }
    }
}

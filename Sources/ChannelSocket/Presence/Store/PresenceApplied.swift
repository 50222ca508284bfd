/// What a store made of some changes.
public struct PresenceApplied: Hashable, Sendable {
    /// The topic's version afterwards.
    public var version: PresenceVersion
    /// The keys that had no member before.
    public var appeared: [String] = []
    /// The keys that have no member any more.
    public var disappeared: [String] = []
    /// The refs that could not join because the topic is full.
    public var refused: [String] = []
    /// The refs that joined under their fallback.
    public var replaced: [String] = []

    /// Creates a result.
    public init(version: PresenceVersion) {
        self.version = version
    }
}

/// The times and limits of a ``RedisPresenceStore``.
public struct RedisPresenceConfiguration: Sendable {
    /// What stands before the names of all keys; the same on every node.
    public var keyPrefix = "cs"
    /// How long a node may be silent before it counts as dead and its members leave.
    public var lease: Duration = .seconds(15)
    /// How often a node renews its lease and looks for dead nodes: one command each time.
    public var pollInterval: Duration = .seconds(1)
    /// How many members a topic may have; see `PresenceConfiguration.maxMembersPerTopic`.
    public var maxMembersPerTopic = 100_000
    /// How many members of a dead node are removed in one step.
    public var reapBatch = 500
    /// How many members are read in one step; smaller topics are read at once.
    public var readPage = 1_000

    /// Creates a configuration with the defaults.
    public init() {}
}

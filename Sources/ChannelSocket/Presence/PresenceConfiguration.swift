/// The limits and times of ``Presence``.
public struct PresenceConfiguration: Sendable {
    /// How many members a topic may have in the whole cluster; further ones are refused with `topic_full`.
    public var maxMembersPerTopic = 100_000
    /// How many bytes of JSON a meta may have.
    public var maxMetaBytes = 4_096
    /// How many bytes of UTF-8 a key may have.
    public var maxKeyBytes = 256
    /// How many changes of this node may wait while the store is away; further ones are refused with `overloaded`.
    public var maxPendingChanges = 100_000
    /// How many clients and callers may wait for the members of one topic while it can't be read; further clients get no
    /// state, and further callers `overloaded`.
    public var maxWaitersPerTopic = 100_000
    /// How many pushes of one topic may wait for ``Presence/Fetch``; beyond them all clients get one state instead.
    public var maxPendingFetches = 100
    /// How many changes go to the store in one step; what waits longer than one step is gathered.
    public var maxChangesPerBatch = 256

    /// How long changes of one topic are gathered on their node before they go to the store; zero for at once.
    ///
    /// A member that comes and goes within the window is never seen.
    public var window: Duration = .zero
    /// From how many members on a topic's diffs are gathered for ``largeWindow`` on their way to the clients.
    public var gathersDiffsAbove = 2_000
    /// How long the diffs of large topics are gathered.
    public var largeWindow: Duration = .milliseconds(500)
    /// How many members go into one `presence_state`; further ones follow in `presence_diff` pushes.
    public var stateChunk = 1_000
    /// From how many members on clients get `presence_summary` instead of state and diffs.
    ///
    /// It carries `{"users": keys, "conns": members, "mode": "summary"}`, at most once per ``largeWindow``. When the
    /// topic has shrunk to nine tenths of this, a summary of mode `full` and a state tell that diffs are sent again.
    public var summaryAbove = 20_000

    /// How long the store may need to bring a topic's members back after it lost everything, before those that are
    /// missing leave.
    public var epochGrace: Duration = .seconds(2)
    /// How long a node waits before it asks the store again.
    public var retryDelay: Duration = .milliseconds(500)
    /// How long a caller may wait for a diff of its own change before the topic is read anew.
    public var diffTimeout: Duration = .seconds(1)
    /// How long ``Presence/Fetch`` may take before clients are told without what it adds.
    public var fetchTimeout: Duration = .seconds(5)
    /// How often each topic is compared with the store, plus or minus a third.
    public var auditInterval: Duration = .seconds(45)

    /// Creates a configuration with the defaults.
    public init() {}
}

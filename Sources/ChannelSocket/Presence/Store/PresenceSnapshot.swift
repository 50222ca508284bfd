/// The members of a topic.
public struct PresenceSnapshot: Hashable, Sendable {
    /// A version of which the members are at least: some of them may already show later changes.
    public var version: PresenceVersion
    /// The members, in no particular order.
    public var members: [PresenceMember]
    /// The refs that belong to the reading node.
    public var own: Set<String>

    /// Creates a snapshot.
    public init(version: PresenceVersion, members: [PresenceMember], own: Set<String>) {
        self.version = version
        self.members = members
        self.own = own
    }
}

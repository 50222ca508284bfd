/// What one effective change did to a topic, as stores tell all nodes.
public struct PresenceStoreDiff: Hashable, Sendable {
    /// The version after the change.
    public var version: PresenceVersion
    /// Who is there now.
    public var joins: [PresenceMember]
    /// Who is not there any more.
    public var leaves: [PresenceMember]

    /// Creates a diff.
    public init(version: PresenceVersion, joins: [PresenceMember] = [], leaves: [PresenceMember] = []) {
        self.version = version
        self.joins = joins
        self.leaves = leaves
    }
}

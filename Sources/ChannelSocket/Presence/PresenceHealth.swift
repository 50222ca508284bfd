/// How a node's presence is doing.
public struct PresenceHealth: Hashable, Sendable {
    /// Why what clients see may be out of date, nil if it is not.
    public var staleReason: String?
    /// How many presences the channels of this node track.
    public var tracked: Int
    /// How many changes wait for the store.
    public var pending: Int
    /// How many topics this node mirrors.
    public var mirrors: Int
}

/// A change of one member that a node asks of the store.
///
/// Every change may be repeated after it was left open whether it was carried out: the second time does nothing.
public enum PresenceChange: Hashable, Sendable {
    /// Adds a member, unless its ref is there already.
    case join(PresenceMember)
    /// Removes a member of the key, if it is there.
    case leave(ref: String, key: String)
    /// Replaces a member by another one of the same key in one diff; nothing if the new ref is there already.
    case update(old: String, new: PresenceMember)
    /// Makes sure, after ``PresenceStoreEvent/lost``, that a member of this node is there.
    ///
    /// If it is, it passes silently to the node's present incarnation. If not, it joins: under its own ref if the
    /// topic's epoch is another one than `epoch` (then nobody in this epoch has seen it leave), else as `fallback`.
    case retrack(PresenceMember, epoch: String?, fallback: String)
}

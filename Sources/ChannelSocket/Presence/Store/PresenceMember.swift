/// One tracked presence: a device of a key in a topic, as stores keep it.
public struct PresenceMember: Hashable, Sendable {
    /// What clients know as `phx_ref`: unique in the topic, 1 to 64 characters of `A-Z a-z 0-9 _ -`.
    public var ref: String
    /// The key, such as a user id.
    public var key: String
    /// The meta: the text of a JSON object without `phx_ref`, but with `phx_ref_prev` after an update.
    public var meta: String
    /// The ``PresenceVersion/number`` at which it joined, which orders the metas of a key.
    public var joinedAt: Int

    /// Creates a member.
    public init(ref: String, key: String, meta: String, joinedAt: Int = 0) {
        self.ref = ref
        self.key = key
        self.meta = meta
        self.joinedAt = joinedAt
    }

    /// Whether it comes before another one of its key: the oldest is first.
    func precedes(_ other: PresenceMember) -> Bool {
        (joinedAt, ref) < (other.joinedAt, other.ref)
    }
}

/// What became of tracking a key.
public struct PresenceTracking: Hashable, Sendable {
    /// The `phx_ref` of the meta.
    ///
    /// The node chooses another one when it has to bring its members back after it was declared dead.
    public var ref: String
    /// Whether the store has it.
    ///
    /// If not, because the store is away, it is tracked as soon as the store is back.
    public var isConfirmed: Bool
}

/// What the application wants to know about keys.
public struct PresenceHooks: Sendable {
    /// Handles a key of a topic; called on any thread, must not block.
    public typealias Hook = @Sendable (_ topic: String, _ key: String) -> Void

    /// A key has got its first member in the whole cluster; called on the node that added it.
    public var appeared: Hook?
    /// A key has lost its last member in the whole cluster; called on the node that removed it, which for members of
    /// a dead node is the one that found it dead.
    public var disappeared: Hook?

    /// Creates hooks.
    ///
    /// Each call happens on one node at most once; it is missed if that node or the answer of the store gets lost.
    ///
    /// - Parameters:
    ///   - appeared: handles the first member of a key.
    ///   - disappeared: handles the loss of the last one.
    public init(appeared: Hook? = nil, disappeared: Hook? = nil) {
        self.appeared = appeared
        self.disappeared = disappeared
    }
}

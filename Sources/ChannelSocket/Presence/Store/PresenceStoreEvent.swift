/// What a store tells its node.
public enum PresenceStoreEvent: Sendable {
    /// A topic has changed.
    case diff(topic: String, PresenceStoreDiff)
    /// The node's incarnation was declared dead, or its data is gone; the store has begun another one.
    ///
    /// The node brings its members back with ``PresenceChange/retrack(_:epoch:fallback:)``.
    case lost
    /// Diffs may have been missed.
    case diffsMissed
    /// Keys have no member any more, because an incarnation was found dead.
    case disappeared(topic: String, keys: [String])
}

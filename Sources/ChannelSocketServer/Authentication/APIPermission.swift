/// What an API key may do.
public enum APIPermission: String, Hashable, Sendable, CaseIterable {
    /// Broadcast.
    case publish
    /// See who is present in a topic.
    case presence
    /// Disconnect clients; broadcasting the event `disconnect` needs it too, because that is how it is done.
    case disconnect
    /// See topics, connections and nodes.
    case read
    /// Everything.
    case admin
}

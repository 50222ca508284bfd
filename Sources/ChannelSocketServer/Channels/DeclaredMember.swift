public import ChannelSocket

/// A client in a declared channel.
public struct DeclaredMember: Sendable {
    /// The topic.
    public var topic: String
    /// What the `*` of the channel's pattern stands for; empty if it has none.
    public var wildcard: String
    /// What a verified token says about the client.
    public var claims: AuthenticatedClaims?
    /// The socket id that the connect callback gave.
    public var socketID: String?
    /// Identifies the connection in the cluster.
    public var subscriber: SubscriberID
    /// What the connection carries along.
    public var assigns: Assigns
}

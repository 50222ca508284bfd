public import ChannelSocket
public import PhoenixWire

/// What a hook gives a member that joins.
public struct DeclaredJoin: Sendable {
    /// The response of the join reply; nil for the channel's own.
    public var reply: Payload?
    /// What the channel carries along from now on, over what the connection does.
    public var assigns: Assigns

    /// Creates what a hook gives.
    ///
    /// - Parameters:
    ///   - reply: the response of the join reply; nil for the channel's own.
    ///   - assigns: what the channel carries along.
    public init(reply: Payload? = nil, assigns: Assigns = [:]) {
        self.reply = reply
        self.assigns = assigns
    }
}

public import PhoenixWire

/// A channel without code: which topics, who may join, what members may send and who gets it.
public struct ChannelDeclaration: Hashable, Sendable {
    /// Who may join.
    public enum Access: Hashable, Sendable {
        /// Everybody that is connected.
        case everybody
        /// Whoever has a verified token.
        case authenticated
        /// Whoever has a verified token that says what ``ChannelDeclaration/claims`` want.
        case claim
    }

    /// Who gets what a member sends.
    public enum Relay: Hashable, Sendable {
        /// All members but the sender.
        case others
        /// All members.
        case all
        /// Nobody; a webhook may make something of it.
        case none
    }

    /// The topics.
    public var topic: TopicPattern
    /// Who may join.
    public var access = Access.authenticated
    /// What a token must say, all of it, for ``Access/claim``.
    public var claims: [ClaimRule] = []
    /// The events that members may send; nil for all but those that clients take as the server's word.
    public var events: Set<String>?
    /// Who gets them.
    public var relay = Relay.others
    /// Whether members may send binary payloads.
    public var allowsBinary = true
    /// The key under which members are present; nil for no presence.
    public var presenceKey: MemberValue?
    /// What a member's presence carries besides.
    public var presenceMeta: [MemberValue] = []
    /// How many bytes a payload may have; nil for what the connection allows.
    public var maxPayloadBytes: Int?
    /// How many members a topic may have on each node; nil for no limit.
    public var maxMembers: Int?
    /// How often a member may send; nil for what the connection allows.
    public var rate: ChannelRate?
    /// The name of the webhook that is asked; nil for none.
    public var webhook: String?

    /// Creates a channel that whoever has a token may join, and where members hear each other.
    ///
    /// - Parameter topic: the topics.
    public init(_ topic: TopicPattern) {
        self.topic = topic
    }

    /// What a server has that declares nothing: `room:*` for everybody.
    public static var room: ChannelDeclaration {
        var room = ChannelDeclaration("room:*")
        room.access = .everybody
        room.relay = .all
        room.presenceKey = .param("user")
        return room
    }
}

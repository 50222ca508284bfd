/// A message from a client: join, leave, heartbeat or an event for a channel.
///
/// Source: `Phoenix.Socket.Message`.
public struct Message: Hashable, Sendable {
    /// The ref of the join this message belongs to, null if the client did not say.
    public var joinRef: Ref
    /// The ref a reply must carry.
    public var ref: Ref
    /// The topic the message is for.
    public var topic: String
    /// The event name.
    ///
    /// A JSON event that is not a string arrives as its JSON text.
    public var event: String
    /// The payload, any JSON value or binary.
    public var payload: Payload

    /// Creates a message.
    public init(joinRef: Ref, ref: Ref, topic: String, event: String, payload: Payload) {
        self.joinRef = joinRef
        self.ref = ref
        self.topic = topic
        self.event = event
        self.payload = payload
    }
}

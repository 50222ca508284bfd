/// An event for every subscriber of a topic; the same frame for all of them.
///
/// Source: `Phoenix.Socket.Broadcast`.
public struct Broadcast: Hashable, Sendable {
    /// The topic whose subscribers get the event.
    public var topic: String
    /// The event name.
    public var event: String
    /// The payload: a JSON object or binary for V2 subscribers; V1 takes any JSON value.
    public var payload: Payload

    /// Creates a broadcast.
    public init(topic: String, event: String, payload: Payload) {
        self.topic = topic
        self.event = event
        self.payload = payload
    }
}

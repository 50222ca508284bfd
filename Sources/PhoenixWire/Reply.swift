/// How a reply reports success: the `status` of a `phx_reply`.
public enum ReplyStatus: String, Hashable, Sendable {
    /// The push or join succeeded.
    case ok
    /// The push failed or the join was refused.
    case error
}

/// The answer to one message, sent to its sender as `phx_reply`.
///
/// Source: `Phoenix.Socket.Reply`.
public struct Reply: Hashable, Sendable {
    /// The join ref of the channel that answers.
    public var joinRef: Ref
    /// The ref of the message that is answered.
    public var ref: Ref
    /// The topic of the message that is answered.
    public var topic: String
    /// Success or failure.
    public var status: ReplyStatus
    /// The response.
    public var payload: Payload

    /// Creates a reply.
    public init(joinRef: Ref, ref: Ref, topic: String, status: ReplyStatus, payload: Payload) {
        self.joinRef = joinRef
        self.ref = ref
        self.topic = topic
        self.status = status
        self.payload = payload
    }
}

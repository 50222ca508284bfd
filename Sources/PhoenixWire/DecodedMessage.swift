/// What a client's frame turned out to be.
public enum DecodedMessage: Hashable, Sendable {
    /// A message for a channel or the socket.
    case message(Message)
    /// A message whose topic is not a string. No route matches it, but it is answered and the connection stays.
    ///
    /// `topicJSON` is the topic as JSON text, for ``Serializer/encodeReply(toInvalidTopic:joinRef:ref:status:payload:into:)``.
    case invalidTopic(topicJSON: String, joinRef: Ref, ref: Ref, event: String)
}

/// What a server sent to a ``TestWebSocket``.
public enum TestWebSocketEvent: Hashable, Sendable {
    /// A whole text message.
    case text(String)
    /// A whole binary message.
    case binary([UInt8])
    /// A ping.
    case ping([UInt8])
    /// A pong.
    case pong([UInt8])
    /// A close frame; the code is nil if its payload is empty.
    case close(code: UInt16?, reason: String)
    /// A frame no server may send; nothing is read after it.
    case violation(String)
    /// The end of the TCP connection; always the last event.
    case end
}

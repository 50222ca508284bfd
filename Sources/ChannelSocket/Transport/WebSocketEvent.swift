package import NIOCore

/// What a ``WebSocketDecoder`` found in the bytes of a client.
package enum WebSocketEvent: Hashable, Sendable {
    /// A complete text message, valid UTF-8.
    case text(ByteBuffer)
    /// A complete binary message.
    case binary(ByteBuffer)
    /// A ping; a pong with the same bytes is due.
    case ping(ByteBuffer)
    /// A pong.
    case pong(ByteBuffer)
    /// The client closes; `code` is nil when it gave none. Nothing follows.
    case close(code: UInt16?, reason: String)
}

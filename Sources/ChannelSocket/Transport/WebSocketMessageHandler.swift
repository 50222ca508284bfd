import NIOCore

/// What happens above the frames of a ``WebSocketConnection``.
///
/// All calls come on the connection's event loop.
protocol WebSocketMessageHandler: AnyObject {
    /// Handles a complete text message, valid UTF-8.
    func receivedText(_ text: ByteBuffer)

    /// Handles a complete binary message.
    func receivedBinary(_ bytes: ByteBuffer)

    /// Handles a ping or a pong.
    ///
    /// - Returns: whether the client may send that many, so that a ping is to be answered.
    func receivedControlFrame() -> Bool

    /// Runs before the connection is closed because the server ends.
    func serverWillEnd()

    /// Runs once when the connection is gone. Frames can no longer be sent.
    func connectionClosed()
}

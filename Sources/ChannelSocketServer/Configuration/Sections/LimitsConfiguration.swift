public import ChannelSocket
public import NIOCore

/// What a client may take or do.
public struct LimitsConfiguration: Sendable {
    /// Of its connection.
    public var webSocket = WebSocketConfiguration()
    /// Of its socket and channels.
    public var socket = SocketLimits()
    /// How long a new connection may take to send its first request.
    public var handshakeTimeout: TimeAmount = .seconds(10)

    /// Creates the section with its defaults.
    public init() {}
}

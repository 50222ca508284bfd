public import ChannelSocket
public import ChannelSocketHTTP
public import NIOCore

/// What a client may take or do.
public struct LimitsConfiguration: Sendable {
    /// Of its connection.
    public var webSocket = WebSocketConfiguration()
    /// Of its socket and channels.
    public var socket = SocketLimits()
    /// How many connections there may be, and how fast they are accepted; its proxies are not looked at.
    public var connections = ConnectionLimits()
    /// How long a new connection may take to send its first request.
    public var handshakeTimeout: TimeAmount = .seconds(10)
    /// How long it may take to decide whether a client may connect; nil for ever.
    public var connectTimeout: TimeAmount? = .seconds(10)

    /// Creates the section with its defaults.
    public init() {}
}

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

    /// How many bytes the head of a request may have; a larger one is answered with 431.
    ///
    /// 16 KiB. It has cookies in it, and in upgrades the token.
    public var maxHeaderBytes = 16 << 10
    /// How many fields the head of a request may have; more are answered with 431.
    public var maxHeaderFields = 100
    /// How long a connection for HTTP may be without a request before it is closed.
    public var httpIdleTimeout: TimeAmount = .seconds(60)

    /// How many bytes of broadcasts may wait for an event loop that does not get round to them; further ones do not reach
    /// its clients.
    ///
    /// 256 MiB.
    public var maxBacklogBytes = 256 << 20

    /// Creates the section with its defaults.
    public init() {}
}

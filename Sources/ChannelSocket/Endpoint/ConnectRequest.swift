public import NIOCore

/// What a client says when it connects, for the connect callback of an ``Endpoint``.
public struct ConnectRequest: Sendable {
    /// The query parameters, nested as Plug nests them; contain `vsn` too.
    public var params: ConnectParams
    /// The token of phoenix.js' `authToken` option, from the `Sec-WebSocket-Protocol` header.
    public var authToken: String?
    /// All header fields in order, names in lower case.
    public var headers: [(name: String, value: String)]
    /// The client's address, if known; behind a proxy that the HTTP host does not trust, the proxy's.
    public var peer: SocketAddress?
    /// The path that was requested.
    public var path: String

    /// Creates a request.
    public init(
        params: ConnectParams,
        authToken: String? = nil,
        headers: [(name: String, value: String)] = [],
        peer: SocketAddress? = nil,
        path: String = ""
    ) {
        self.params = params
        self.authToken = authToken
        self.headers = headers
        self.peer = peer
        self.path = path
    }
}

/// What the connect callback decided.
public enum ConnectResult: Sendable {
    /// Accepts the connection.
    ///
    /// - Parameters:
    ///   - id: the socket id, such as `users_socket:42`: broadcasting `disconnect` to it closes the connection.
    ///   - assigns: what every channel of the connection starts with.
    ///   - lifetime: how long the connection may last, such as until its token expires; then it is closed with
    ///     ``Endpoint/expiryCloseCode``. Checked once a second.
    case accept(id: String? = nil, assigns: Assigns = [:], lifetime: TimeAmount? = nil)
    /// Refuses the connection with HTTP 403 and an empty body, as in Phoenix.
    case refuse
    /// Refuses the connection with an HTTP status and a text that tells the client why.
    case deny(status: Int, reason: String)
}

/// Values that a connection or channel carries along, by name.
///
/// Source: `assigns` of `Phoenix.Socket`.
public typealias Assigns = [String: any Sendable]

public import NIOCore

/// The request that wants to become a WebSocket, as the HTTP host saw it.
public struct UpgradeRequest: Sendable {
    /// The path without the query, as sent (not percent-decoded).
    public var path: String
    /// The query without `?`, as sent; empty if there is none.
    public var query: String
    /// All header fields in order, names in lower case.
    public var headers: [(name: String, value: String)]
    /// The client's address, if known; behind a proxy that the HTTP host does not trust, the proxy's.
    public var peer: SocketAddress?

    /// Creates a request.
    public init(path: String, query: String, headers: [(name: String, value: String)], peer: SocketAddress?) {
        self.path = path
        self.query = query
        self.headers = headers
        self.peer = peer
    }

    /// The values of a header field.
    ///
    /// - Parameter name: the name in lower case.
    /// - Returns: one element for each field of that name, in order.
    public func values(of name: String) -> [String] {
        headers.filter { $0.name == name }.map(\.value)
    }
}

/// What a mount says to an upgrade request.
public enum UpgradeDecision: Sendable {
    /// Upgrade.
    ///
    /// The host answers 101 with `headers` added, then calls `install` on the channel's event loop, with no HTTP
    /// handlers left in the pipeline; `install` adds the WebSocket handlers.
    case accept(headers: [(name: String, value: String)], install: @Sendable (any NIOCore.Channel) throws -> Void)
    /// Answer with this HTTP status and body, and do not upgrade.
    case refuse(status: Int, body: String)
}

/// Something that lives at a path of the HTTP host and speaks WebSocket: an ``Endpoint``, or a plain echo.
public protocol WebSocketMount: Sendable {
    /// Whether a WebSocket upgrade at this path is the mount's business; all else goes to the HTTP application.
    ///
    /// - Parameter path: the path without the query.
    /// - Returns: whether ``decide(_:)`` is to be asked.
    func matches(path: String) -> Bool

    /// Decides about an upgrade whose WebSocket headers (method, version, key) the host has found valid.
    ///
    /// - Parameter request: the request.
    /// - Returns: the decision.
    func decide(_ request: UpgradeRequest) async -> UpgradeDecision
}

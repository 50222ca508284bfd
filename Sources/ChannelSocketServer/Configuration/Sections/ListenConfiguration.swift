/// Where clients come in.
public struct ListenConfiguration: Hashable, Sendable {
    /// The address to listen on; `127.0.0.1` unless said otherwise, so nothing is open to the network by accident.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 lets the system choose.
    public var port = 4000
    /// Where the socket is mounted; clients connect to `/websocket` below it.
    public var path = "/socket"
    /// How many connections may wait to be accepted; the system may allow less (`net.core.somaxconn`).
    public var backlog = 4096
    /// Whether what is written to a client is sent at once (`TCP_NODELAY`).
    ///
    /// If not, the system holds small messages back until the client has acknowledged those before (Nagle's algorithm):
    /// fewer packets, and up to some 40 ms more for each message.
    public var noDelay = true
    /// How many event loops serve clients; nil for one a core.
    public var eventLoops: Int?

    /// Creates the section with its defaults.
    public init() {}
}

public import NIOSSL

/// Where a ``PhoenixClient`` connects, as whom, and how patient it is.
///
/// The defaults are those of phoenix.js.
public struct PhoenixClientConfiguration: Sendable {
    /// Where the socket is mounted.
    public var url: PhoenixURL
    /// The parameters of the connect, sent in the query.
    public var params: [String: String] = [:]
    /// More header fields for the handshake, such as `Authorization`.
    public var headers: [(name: String, value: String)] = []
    /// A token for the server's connect callback, sent as phoenix.js' `authToken` is: not in the URL.
    public var authToken: String?
    /// How long connecting, a join and a push may take unless the call says otherwise.
    public var timeout = Duration.seconds(10)
    /// How often a heartbeat is sent.
    ///
    /// The connection is given up when one is not answered before the next is due.
    public var heartbeatInterval = Duration.seconds(30)
    /// How long to wait before connecting again.
    public var reconnect = RetrySchedule.reconnect
    /// How long to wait before joining again after the channel crashed or the join failed.
    public var rejoin = RetrySchedule.rejoin
    /// The longest message taken from the server, in bytes, below 4 GiB; a longer one ends the connection.
    public var maxMessageBytes = 16 << 20
    /// How many events of one channel are kept for a reader that is behind; those after are missed, and it is told.
    public var maxBufferedEvents = 10_000
    /// How many pushes of one channel may wait for it to be joined again.
    public var maxWaitingPushes = 100
    /// What to demand of the server's certificate, for `wss`.
    public var tls = TLSConfiguration.makeClientConfiguration()

    /// Creates a configuration.
    ///
    /// - Parameter url: where the socket is mounted.
    public init(url: PhoenixURL) {
        self.url = url
    }

    /// Creates a configuration.
    ///
    /// - Parameter url: where the socket is mounted, such as `ws://127.0.0.1:4000/socket`.
    /// - Throws: ``PhoenixClientError`` of code `invalidURL`.
    public init(url: String) throws(PhoenixClientError) {
        self.init(url: try PhoenixURL(url))
    }
}

public import ChannelSocket
public import ChannelSocketRedis
public import Logging

/// What a stock server is told: where to listen and which nodes to join.
///
/// ``init(settings:)`` reads the environment's names, so that flags, environment and (later) files go through the
/// same checks.
public struct ServerConfiguration: Sendable {
    /// The address to listen on; `127.0.0.1` unless said otherwise, so nothing is open to the network by accident.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 lets the system choose.
    public var port = 4000
    /// Where the socket is mounted; clients connect to `/websocket` below it.
    public var socketPath = "/socket"
    /// The Redis that joins this node with others; nil keeps everything in memory.
    public var redis: RedisConfiguration?
    /// How many event loops serve clients; nil for one a core.
    public var eventLoopThreads: Int?
    /// How many connections may wait to be accepted; the system may allow less (`net.core.somaxconn`).
    public var backlog = 4096
    /// How many bytes may wait for a client that does not read.
    public var maxOutboundBytes = WebSocketConfiguration().maxOutboundBytes
    /// What happens to a client that does not read.
    public var slowConsumerPolicy = SlowConsumerPolicy.close
    /// Who may connect and use the HTTP API, and which backends decide.
    public var access = AccessConfiguration()
    /// How the node goes.
    public var drain = DrainConfiguration()
    /// The identity of this node, new at every start.
    public var node = NodeID()
    /// The least severe messages that are logged.
    public var logLevel = Logger.Level.info

    /// Creates the configuration of a lone node on port 4000.
    public init() {}
}

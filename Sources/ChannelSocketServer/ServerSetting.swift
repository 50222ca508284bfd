/// A setting of the stock server by the name that it has in the environment.
public enum ServerSetting: String, CaseIterable, Sendable {
    /// The address to listen on.
    case host = "CHANNELSOCKET_HOST"
    /// The port to listen on.
    case port = "PORT"
    /// Where the socket is mounted.
    case socketPath = "CHANNELSOCKET_PATH"
    /// The Redis that joins the nodes.
    case redisURL = "REDIS_URL"
    /// What precedes a topic in the name of its Redis channel.
    case channelPrefix = "CHANNELSOCKET_CHANNEL_PREFIX"
    /// The number of event loops.
    case threads = "CHANNELSOCKET_THREADS"
    /// How many connections may wait to be accepted.
    case backlog = "CHANNELSOCKET_BACKLOG"
    /// How many bytes may wait for a client that does not read.
    case maxOutboundBytes = "CHANNELSOCKET_MAX_OUTBOUND_BYTES"
    /// What happens to a client that does not read.
    case slowConsumers = "CHANNELSOCKET_SLOW_CONSUMERS"
    /// How many seconds load balancers get to notice that the node goes.
    case drainDelay = "CHANNELSOCKET_DRAIN_DELAY"
    /// Over how many seconds the WebSockets of a node that goes are closed.
    case drainWindow = "CHANNELSOCKET_DRAIN_WINDOW"
    /// What the node's identity begins with.
    case nodeName = "CHANNELSOCKET_NODE_NAME"
    /// The least severe messages that are logged.
    case logLevel = "LOG_LEVEL"

    /// The flag of `channelsocket serve` that sets it too.
    public var flag: String {
        switch self {
        case .host: "--host"
        case .port: "--port"
        case .socketPath: "--path"
        case .redisURL: "--redis"
        case .channelPrefix: "--channel-prefix"
        case .threads: "--threads"
        case .backlog: "--backlog"
        case .maxOutboundBytes: "--max-outbound-bytes"
        case .slowConsumers: "--slow-consumers"
        case .drainDelay: "--drain-delay"
        case .drainWindow: "--drain-window"
        case .nodeName: "--node-name"
        case .logLevel: "--log-level"
        }
    }
}

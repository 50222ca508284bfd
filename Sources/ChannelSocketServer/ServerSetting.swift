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
        case .nodeName: "--node-name"
        case .logLevel: "--log-level"
        }
    }
}

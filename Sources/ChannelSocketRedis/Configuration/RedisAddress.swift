/// Where a Redis server listens.
public enum RedisAddress: Hashable, Sendable, CustomStringConvertible {
    /// TCP.
    case tcp(host: String, port: Int)
    /// A Unix domain socket.
    case unixSocket(path: String)

    /// `host:port`, `[v6-address]:port` or the path: safe to print.
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unixSocket(let path): path
        }
    }
}

/// Why a connection to Redis could not be made, or ended.
enum RedisCloseReason: Equatable, Sendable, CustomStringConvertible {
    /// Nobody answers at the address.
    case unreachable(String)
    /// Redis answered the handshake with an error, such as a wrong password.
    case refused(step: String, message: String)
    /// The peer does not speak RESP.
    case protocolViolation(String)
    /// Redis did not answer a command in time.
    case silent(command: String)
    /// Messages published don't come back on the subscriber connection.
    case deaf
    /// Redis closed the connection.
    case closedByPeer
    /// The socket failed.
    case failed(String)
    /// We are shutting down.
    case stopped

    var description: String {
        switch self {
        case .unreachable(let message): "cannot connect: \(message)"
        case .refused(let step, let message): "refused at \(step): \(message)"
        case .protocolViolation(let message): "protocol violation, is this a Redis server? \(message)"
        case .silent(let command): "no answer to \(command) in time"
        case .deaf: "published messages do not come back"
        case .closedByPeer: "closed by Redis"
        case .failed(let message): "connection failed: \(message)"
        case .stopped: "stopped"
        }
    }
}

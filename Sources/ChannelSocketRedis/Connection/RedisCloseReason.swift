import NIOCore
import NIOPosix

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

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

    /// Says in few words why no connection could be opened.
    static func unreachable(because error: any Error) -> RedisCloseReason {
        guard let error = error as? NIOConnectionError else { return .unreachable(text(of: error)) }
        if let failure = error.connectionErrors.first { return .unreachable(text(of: failure.error)) }
        return .unreachable("\(error.host) has no address")
    }

    private static func text(of error: any Error) -> String {
        // NIO calls every error of connect(2) a "connection reset".
        guard let error = error as? IOError else { return "\(error)" }
        return String(cString: strerror(error.errnoCode))
    }

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

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
    /// Redis takes no writes, as a master does that has become a replica: its address may lead to another one now.
    case readOnly
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
        return .unreachable("no address is known for \(error.host)")
    }

    /// Says in few words what happened to a connection.
    static func failed(because error: any Error) -> RedisCloseReason {
        .failed(text(of: error))
    }

    /// A few words for people; NIO's own texts name system calls, file descriptors and types.
    private static func text(of error: any Error) -> String {
        switch error {
        // NIO calls every error of connect(2) a "connection reset".
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout(let time): "no answer within \(time.nanoseconds / 1_000_000) ms"
        case ChannelError.eof, ChannelError.inputClosed, ChannelError.outputClosed, ChannelError.alreadyClosed,
            ChannelError.ioOnClosedChannel:
            "the connection was closed"
        default: "\(error)"
        }
    }

    /// Whether what was sent and not answered is to be forgotten, instead of arriving when the network comes back, later
    /// than what was published on the next connection.
    var distrusts: Bool {
        switch self {
        case .silent, .protocolViolation, .failed: true
        case .unreachable, .refused, .deaf, .readOnly, .closedByPeer, .stopped: false
        }
    }

    var description: String {
        switch self {
        case .unreachable(let message): "cannot connect: \(message)"
        case .refused(let step, let message): "refused at \(step): \(message)"
        case .protocolViolation(let message): "protocol violation, is this a Redis server? \(message)"
        case .silent(let command): "no answer to \(command) in time"
        case .deaf: "published messages do not come back"
        case .readOnly: "Redis is read-only, looking for another master at the address"
        case .closedByPeer: "closed by Redis"
        case .failed(let message): "connection failed: \(message)"
        case .stopped: "stopped"
        }
    }
}

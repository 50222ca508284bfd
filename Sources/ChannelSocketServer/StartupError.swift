internal import NIOCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Why a server could not start, for the person who started it.
public struct StartupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and what helps.
    public let description: String

    /// Translates an error of listening on an address; nil if it is about something else.
    ///
    /// - Parameters:
    ///   - error: the error.
    ///   - host: the address that was listened on.
    ///   - port: the port.
    init?(_ error: any Error, host: String, port: Int) {
        switch error {
        case let error as IOError:
            switch error.errnoCode {
            case EADDRINUSE:
                description = "port \(port) on \(host) is in use: choose another with --port"
            case EACCES:
                description = "not allowed to listen on port \(port): choose one above 1023 with --port"
            case EADDRNOTAVAIL:
                description = "this machine has no address \(host): choose another with --host"
            default:
                description = "cannot listen on \(host):\(port): \(error)"
            }
        case is SocketAddressError:
            description = "cannot find the address \(host): choose another with --host"
        default:
            return nil
        }
    }
}

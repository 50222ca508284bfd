internal import NIOCore
internal import NIOPosix
internal import NIOSSL

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Why there is no connection, in a few words for people: NIO's own name system calls, file descriptors and types.
package struct ConnectionFailure: Hashable, Sendable, CustomStringConvertible {
    /// The words.
    package let description: String

    /// Finds the words.
    ///
    /// - Parameter error: what a connection failed with.
    package init(_ error: any Error) {
        description = Self.words(for: error)
    }

    private static func words(for error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            // NIO tries every address of a name and tells what became of each; the last one says enough.
            let cause = error.connectionErrors.last?.error ?? error.dnsAError ?? error.dnsAAAAError
            return cause.map(words) ?? "no address is known for \(error.host)"
        // NIO calls every error of connect(2) a "connection reset".
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case let error as SocketAddressError.UnknownHost: return "no address is known for \(error.host)"
        case ChannelError.connectTimeout(let limit): return "no answer within \(limit.nanoseconds / 1_000_000) ms"
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return "its certificate is for another name"
        case is NIOSSLError: return words(ofTLS: "\(error)")
        default: return "\(error)"
        }
    }

    /// BoringSSL's reasons are only in its text.
    private static func words(ofTLS text: String) -> String {
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "its certificate is not trusted here" }
        if text.contains("WRONG_VERSION_NUMBER") { return "it does not speak TLS" }
        return "no agreement on TLS: \(text)"
    }
}

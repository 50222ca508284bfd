public import HummingbirdCore
public import NIOCore
import NIOHTTP1

extension MountedHTTPChannel {
    /// Limits of a server with WebSocket mounts.
    public struct Configuration: Sendable {
        /// The HTTP side: additional handlers, idle timeout, limits of the request head (for upgrades too).
        ///
        /// A connection without a request is closed after 60 s. A request head is refused with 431 when a field or all
        /// of them together take more than 16 KiB, or when there are more than 100: enough for any cookie, a fifth of
        /// what Hummingbird allows.
        public var http1: HTTP1Channel.Configuration
        /// How long a new connection may take to send its first request before it is closed.
        public var handshakeTimeout: TimeAmount
        /// How long a mount may take to decide about an upgrade before it is answered with 503; nil for ever.
        public var decisionTimeout: TimeAmount?
        /// How long a connection may take in a graceful shutdown to get the answers to what it has asked before it is
        /// closed.
        ///
        /// 5 s. Requests that come after the shutdown has begun are not read.
        public var drainTimeout: TimeAmount
        /// How many connections there may be, and how fast they are accepted.
        public var connections: ConnectionLimits
        /// Whether what is written to a TCP connection is sent at once (`TCP_NODELAY`), be it ever so little.
        public var noDelay: Bool
        /// Adds what decrypts a connection, before anything is read from it; nil for connections in the clear.
        public var encryption: (@Sendable (_ channel: any Channel) throws -> Void)?

        /// Creates a configuration.
        ///
        /// - Parameters:
        ///   - http1: the HTTP side.
        ///   - handshakeTimeout: how long a new connection may take to send its first request.
        ///   - decisionTimeout: how long a mount may take to decide about an upgrade; nil for ever.
        ///   - drainTimeout: how long a connection may take in a graceful shutdown to get its answers.
        ///   - connections: how many connections there may be, and how fast they are accepted.
        ///   - noDelay: whether what is written is sent at once.
        ///   - encryption: adds what decrypts a connection, such as a `NIOSSLServerHandler`.
        public init(
            http1: HTTP1Channel.Configuration = Self.http1(),
            handshakeTimeout: TimeAmount = .seconds(10),
            decisionTimeout: TimeAmount? = .seconds(10),
            drainTimeout: TimeAmount = .seconds(5),
            connections: ConnectionLimits = ConnectionLimits(),
            noDelay: Bool = true,
            encryption: (@Sendable (_ channel: any Channel) throws -> Void)? = nil
        ) {
            self.http1 = http1
            self.handshakeTimeout = handshakeTimeout
            self.decisionTimeout = decisionTimeout
            self.drainTimeout = drainTimeout
            self.connections = connections
            self.noDelay = noDelay
            self.encryption = encryption
        }

        /// The HTTP side with limits that a server on the Internet can have, and Hummingbird has not by itself.
        ///
        /// - Parameters:
        ///   - idleTimeout: how long a connection may be without a request before it is closed.
        ///   - maxHeaderBytes: how many bytes a head, or a single field, may have.
        ///   - maxHeaderFields: how many fields a head may have.
        /// - Returns: the configuration.
        public static func http1(
            idleTimeout: TimeAmount = .seconds(60), maxHeaderBytes: Int = 16 << 10, maxHeaderFields: Int = 100
        ) -> HTTP1Channel.Configuration {
            HTTP1Channel.Configuration(
                idleTimeout: idleTimeout,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: maxHeaderBytes, maxHeaderListSize: maxHeaderBytes,
                    maxHeaderFieldCount: maxHeaderFields
                )
            )
        }

        /// How many bytes may wait in the decoder: a field that has not ended, or what a client of another protocol has
        /// sent behind its upgrade request.
        ///
        /// A read brings 2 KiB at most, and with them a TLS record of 16 KiB may be complete.
        var maxDecoderBytes: Int { min(http1.httpDecoder.maxHeaderFieldSize, .max >> 1) + 32 << 10 }

        var decoderLimits: NIOHTTPDecoderLimitConfiguration {
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = http1.httpDecoder.maxHeaderFieldSize
            limits.maxHeaderListSize = http1.httpDecoder.maxHeaderListSize
            limits.maxHeaderFieldCount = http1.httpDecoder.maxHeaderFieldCount
            return limits
        }
    }
}

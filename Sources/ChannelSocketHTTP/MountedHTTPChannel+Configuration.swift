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
        /// How many connections there may be, and how fast they are accepted.
        public var connections: ConnectionLimits

        /// Creates a configuration.
        ///
        /// - Parameters:
        ///   - http1: the HTTP side.
        ///   - handshakeTimeout: how long a new connection may take to send its first request.
        ///   - decisionTimeout: how long a mount may take to decide about an upgrade; nil for ever.
        ///   - connections: how many connections there may be, and how fast they are accepted.
        public init(
            http1: HTTP1Channel.Configuration = Self.http1Defaults,
            handshakeTimeout: TimeAmount = .seconds(10),
            decisionTimeout: TimeAmount? = .seconds(10),
            connections: ConnectionLimits = ConnectionLimits()
        ) {
            self.http1 = http1
            self.handshakeTimeout = handshakeTimeout
            self.decisionTimeout = decisionTimeout
            self.connections = connections
        }

        /// The HTTP side with the limits described at ``http1``.
        public static var http1Defaults: HTTP1Channel.Configuration {
            HTTP1Channel.Configuration(
                idleTimeout: .seconds(60),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 100
                )
            )
        }

        var decoderLimits: NIOHTTPDecoderLimitConfiguration {
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = http1.httpDecoder.maxHeaderFieldSize
            limits.maxHeaderListSize = http1.httpDecoder.maxHeaderListSize
            limits.maxHeaderFieldCount = http1.httpDecoder.maxHeaderFieldCount
            return limits
        }
    }
}

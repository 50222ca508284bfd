public import HummingbirdCore
public import NIOCore
import NIOHTTP1

extension MountedHTTPChannel {
    /// Limits of a server with WebSocket mounts.
    public struct Configuration: Sendable {
        /// The HTTP side: additional handlers, idle timeout, limits of the request head (for upgrades too).
        public var http1: HTTP1Channel.Configuration
        /// How long a new connection may take to send its first request before it is closed.
        public var handshakeTimeout: TimeAmount

        /// Creates a configuration.
        ///
        /// - Parameters:
        ///   - http1: the HTTP side.
        ///   - handshakeTimeout: how long a new connection may take to send its first request.
        public init(
            http1: HTTP1Channel.Configuration = HTTP1Channel.Configuration(),
            handshakeTimeout: TimeAmount = .seconds(10)
        ) {
            self.http1 = http1
            self.handshakeTimeout = handshakeTimeout
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

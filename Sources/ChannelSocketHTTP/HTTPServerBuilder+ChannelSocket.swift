public import ChannelSocket
public import HummingbirdCore

extension HTTPServerBuilder {
    /// Builds an HTTP/1.1 server whose WebSocket mounts live beside the routes of the application.
    ///
    /// ```swift
    /// let application = Application(
    ///     router: router,
    ///     server: .channelSocket(mounts: [endpoint]),
    ///     configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 4000))
    /// )
    /// ```
    ///
    /// A GET for a path that a mount matches never reaches the router; everything else does. WebSockets are not
    /// bound by the application's idle timeout or middleware.
    ///
    /// A connection may upgrade after other requests, as those of proxies that reuse connections do; its WebSocket
    /// takes a few hundred bytes more.
    ///
    /// - Parameters:
    ///   - mounts: the endpoints and other WebSockets; the first one that matches a path gets it.
    ///   - configuration: limits of connections and handshakes, and of HTTP as in `.http1(configuration:)`.
    ///   - statistics: where refusals are counted: give it the ``PubSub/statistics`` of the mounts.
    /// - Returns: the builder, for the `server:` parameter of an application.
    public static func channelSocket(
        mounts: [any WebSocketMount],
        configuration: MountedHTTPChannel.Configuration = MountedHTTPChannel.Configuration(),
        statistics: NodeStatistics = NodeStatistics()
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            MountedHTTPChannel(
                mounts: mounts, responder: responder, configuration: configuration, statistics: statistics
            )
        }
    }
}

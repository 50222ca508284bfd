public import Logging
import NIOCore
public import PhoenixWire
import Synchronization

/// A place where Phoenix clients connect: a path, a connect callback and the routes to channels.
///
/// ```swift
/// let endpoint = Endpoint("/socket", pubSub: pubSub) {
///     Route("room:*", RoomChannel.self)
/// }
/// ```
///
/// An endpoint is a ``WebSocketMount``: hand it to the HTTP host, which sends it the WebSocket upgrades of its path.
/// Several endpoints may share one ``PubSub``, and then share their topics.
///
/// Source: `Phoenix.Socket` and `Phoenix.Endpoint`.
public final class Endpoint: Sendable {
    /// Decides whether a client may connect.
    ///
    /// An error thrown is answered with HTTP 500 and logged.
    public typealias Connect = @Sendable (_ request: ConnectRequest) async throws -> ConnectResult

    /// The close code of a connection whose lifetime is over: the client is to come back with a new token.
    public static let expiryCloseCode: UInt16 = 4001

    /// The path of the socket; clients connect to `{path}/websocket`.
    public let path: String
    /// The routes, in the order in which they are tried.
    public var routes: [Route] { settings.routes }
    /// The connect callback.
    public let connect: Connect
    /// Where broadcasts go; its ``PubSub/shardCount`` is the number of pub/sub shards.
    public let pubSub: PubSub
    /// Who is in which topic.
    public let presence: Presence
    /// Limits and transport options.
    public var configuration: Configuration { settings.configuration }
    let logger: Logger
    private let currentSettings: Mutex<EndpointSettings>

    /// Creates an endpoint.
    ///
    /// - Parameters:
    ///   - path: where the socket is mounted, `/socket` as in Phoenix by default.
    ///   - pubSub: where broadcasts go; run it as a service beside the HTTP host.
    ///   - presence: who is in which topic, on the same `pubSub`; by default in the memory of this node. Endpoints that
    ///     share topics share it, and it is to be run as a service.
    ///   - configuration: limits and transport options.
    ///   - logger: where crashes and refusals are reported; payloads and tokens never are.
    ///   - connect: decides whether a client may connect; by default everybody may.
    ///   - routes: which channel serves which topics; the first match wins.
    public init(
        _ path: String = "/socket",
        pubSub: PubSub,
        presence: Presence? = nil,
        configuration: Configuration = Configuration(),
        logger: Logger = Logger(label: "channelsocket.endpoint"),
        connect: @escaping Connect = { _ in .accept() },
        @RouteBuilder routes: () -> [Route]
    ) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.pubSub = pubSub
        self.presence = presence ?? Presence(pubSub: pubSub)
        self.logger = logger
        self.connect = connect
        currentSettings = Mutex(
            EndpointSettings(configuration: configuration, routes: routes(), numbers: pubSub.callbackRoutes)
        )
    }

    /// What holds for a connection that comes now.
    var settings: EndpointSettings { currentSettings.withLock { $0 } }

    /// Replaces routes, limits and transport options without ending anything.
    ///
    /// Joins go by the new routes from now on. The limits hold for connections from now on; those that are there keep
    /// what they came under.
    ///
    /// - Parameters:
    ///   - configuration: the limits and transport options.
    ///   - routes: the routes.
    public func update(configuration: Configuration, @RouteBuilder routes: () -> [Route]) {
        let settings = EndpointSettings(
            configuration: configuration, routes: routes(), numbers: pubSub.callbackRoutes
        )
        currentSettings.withLock { $0 = settings }
    }

    /// The first route whose pattern matches a topic.
    ///
    /// - Parameter topic: the topic.
    /// - Returns: the route, or nil if none matches.
    public func route(for topic: String) -> Route? {
        guard !Self.isReserved(topic) else { return nil }
        return routes.first { $0.pattern.matches(topic) }
    }

    /// Whether some route matches a topic.
    ///
    /// - Parameter topic: the topic.
    /// - Returns: whether a client could ask to join it.
    public func matches(topic: String) -> Bool { route(for: topic) != nil }

    /// Whether a topic is one of those over which nodes talk to each other; clients can't join these.
    private static func isReserved(_ topic: String) -> Bool {
        topic.utf8.starts(with: "channelsocket.".utf8) || topic.utf8.starts(with: "channelsocket:".utf8)
    }

    // MARK: From the application

    /// Broadcasts to all subscribers of a topic on all nodes.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - event: the event name.
    ///   - payload: a JSON object or binary; anything else reaches V1 clients only.
    ///   - subscriber: a subscriber that does not get it, from ``Socket/subscriberID``.
    /// - Returns: what became of it on the way to the other nodes.
    @discardableResult
    public func broadcast(
        _ topic: String,
        _ event: String,
        _ payload: Payload,
        from subscriber: SubscriberID? = nil
    ) -> PublishReceipt {
        pubSub.broadcast(Broadcast(topic: topic, event: event, payload: payload), excluding: subscriber)
    }

    /// Broadcasts to the subscribers of a topic on this node only.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - event: the event name.
    ///   - payload: a JSON object or binary; anything else reaches V1 clients only.
    ///   - subscriber: a subscriber that does not get it, from ``Socket/subscriberID``.
    public func localBroadcast(
        _ topic: String,
        _ event: String,
        _ payload: Payload,
        from subscriber: SubscriberID? = nil
    ) {
        pubSub.localBroadcast(Broadcast(topic: topic, event: event, payload: payload), excluding: subscriber)
    }

    /// Closes all connections that have a socket id, on all nodes, with close code 1001.
    ///
    /// - Parameter id: the socket id, such as `users_socket:42`.
    /// - Returns: what became of it on the way to the other nodes.
    @discardableResult
    public func disconnect(id: String) -> PublishReceipt {
        broadcast(id, "disconnect", .emptyObject)
    }
}

extension Endpoint {
    /// Limits and transport options of an ``Endpoint``.
    public struct Configuration: Sendable {
        /// The limits of sockets and channels.
        public var limits = SocketLimits()
        /// The limits of WebSocket connections.
        public var webSocket = WebSocketConfiguration()
        /// Whether clients may send a token in `Sec-WebSocket-Protocol`, as phoenix.js' `authToken` does.
        ///
        /// If so, a client that offers only unknown subprotocols is refused, as in Phoenix.
        public var usesAuthToken = true
        /// Which web pages may connect; those of the same host unless more are named.
        public var originCheck = OriginCheck()

        /// Creates a configuration with the defaults.
        public init() {}
    }
}

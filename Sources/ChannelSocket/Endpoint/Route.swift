public import PhoenixWire

/// Which channel serves the topics of a pattern.
public struct Route: Sendable {
    /// Decides about a join: returns the channel or throws ``JoinRefused``.
    public typealias Join<Channel: ChannelCallbacks> =
        @Sendable (
            _ topic: String, _ payload: Payload, _ socket: Socket
        ) async throws -> sending Channel

    /// The pattern.
    public let pattern: TopicPattern

    /// The route's number among ``CallbackRoutes``, once an endpoint has it.
    var number: Int32 = 0
    let makeChannel: @Sendable () -> any RunningChannel

    /// Routes a pattern to a channel type.
    ///
    /// - Parameters:
    ///   - pattern: an exact topic, or a prefix followed by `*`; see ``TopicPattern``.
    ///   - channel: the channel type; one value is made per join.
    public init<Channel: SocketChannel>(_ pattern: TopicPattern, _ channel: Channel.Type) {
        self.init(pattern) { topic, payload, socket in
            try await Channel(joining: topic, payload: payload, socket: socket)
        }
    }

    /// Routes a pattern to channels made by a closure, which is how a channel gets at databases and the like.
    ///
    /// - Parameters:
    ///   - pattern: an exact topic, or a prefix followed by `*`; see ``TopicPattern``.
    ///   - join: decides about a join of the topic with the payload: returns the channel or throws ``JoinRefused``.
    public init<Channel: ChannelCallbacks>(
        _ pattern: TopicPattern,
        join: @escaping Join<Channel>
    ) {
        self.pattern = pattern
        makeChannel = { RunningChannelOf(join: join) }
    }
}

/// Collects the routes of an ``Endpoint``.
@resultBuilder
public enum RouteBuilder {
    /// Collects.
    public static func buildExpression(_ route: Route) -> [Route] { [route] }
    /// Collects.
    public static func buildExpression(_ routes: [Route]) -> [Route] { routes }
    /// Collects.
    public static func buildBlock(_ parts: [Route]...) -> [Route] { parts.flatMap(\.self) }
    /// Collects.
    public static func buildOptional(_ part: [Route]?) -> [Route] { part ?? [] }
    /// Collects.
    public static func buildEither(first part: [Route]) -> [Route] { part }
    /// Collects.
    public static func buildEither(second part: [Route]) -> [Route] { part }
    /// Collects.
    public static func buildArray(_ parts: [[Route]]) -> [Route] { parts.flatMap(\.self) }
}

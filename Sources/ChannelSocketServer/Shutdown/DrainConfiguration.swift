/// How a node goes, so that nobody notices more than a reconnection.
///
/// On SIGTERM `/health` and `/health/ready` answer 503 at once, while everything is served as before, new clients
/// included. After ``delay`` the node stops listening, and closes its WebSockets evenly spread over ``window`` with
/// close code 1012. Then its presences leave, what was published is confirmed, and the process exits with 0. A
/// supervisor should allow for ``longest`` before it kills.
public struct DrainConfiguration: Hashable, Sendable {
    /// The time that load balancers get to notice, 0 to 300 s, 3 s by default.
    ///
    /// Should be longer than it takes their health checks to fail. SIGINT, which comes from a terminal, skips it.
    public var delay: Duration
    /// The time over which open WebSockets are closed, 0 to 300 s, 5 s by default.
    public var window: Duration

    /// Creates a configuration.
    ///
    /// - Parameters:
    ///   - delay: the time that load balancers get to notice.
    ///   - window: the time over which open WebSockets are closed.
    public init(delay: Duration = .seconds(3), window: Duration = .seconds(5)) {
        self.delay = delay
        self.window = window
    }

    /// The longest that all of it takes before what is left is cut short.
    ///
    /// That is ``delay`` and ``window``, and 12 s for clients that do not answer a close, presence, and Redis.
    public var longest: Duration { delay + window + .seconds(12) }
}

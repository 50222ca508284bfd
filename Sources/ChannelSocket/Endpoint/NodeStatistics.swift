import Synchronization

/// What a node counts, readable from any thread.
///
/// Nothing is dropped without one of these counters saying so.
public final class NodeStatistics: Sendable {
    /// Something that was refused, dropped or ended by the server.
    public struct Drop: Hashable, Sendable, CaseIterable, CustomStringConvertible {
        /// The name, as used in health reports and metrics.
        public var description: String { reason.rawValue }
        /// Where it is counted.
        let index: Int
        private let reason: Reason

        private init(_ reason: Reason) {
            self.reason = reason
            index = Reason.allCases.firstIndex(of: reason) ?? 0
        }

        /// Connections refused at the upgrade.
        public static let refusedConnections = Drop(.refusedConnections)
        /// Connections closed because of malformed WebSocket frames, or messages too large, in too many fragments or too
        /// long unfinished.
        public static let protocolErrors = Drop(.protocolErrors)
        /// Connections closed because of undecodable Phoenix messages.
        public static let malformedMessages = Drop(.malformedMessages)
        /// Messages dropped because their join ref was stale, or their channel ended before it handled them.
        public static let staleMessages = Drop(.staleMessages)
        /// Messages refused because a channel's mailbox was full.
        public static let fullMailboxes = Drop(.fullMailboxes)
        /// Channels ended by a throwing callback.
        public static let channelCrashes = Drop(.channelCrashes)
        /// Channels that did not end within the shutdown time and were left to themselves.
        public static let abandonedChannels = Drop(.abandonedChannels)
        /// Connections closed because the client did not read.
        public static let slowConsumerCloses = Drop(.slowConsumerCloses)
        /// Broadcasts that a client did not get because it did not read, each counted once for each such client.
        public static let slowConsumerFrames = Drop(.slowConsumerFrames)
        /// Connections closed because the client sent nothing.
        public static let idleTimeouts = Drop(.idleTimeouts)
        /// Broadcasts that could not be encoded for some subscribers.
        public static let unencodableBroadcasts = Drop(.unencodableBroadcasts)
        /// Publishes that did not reach the other nodes.
        public static let failedPublishes = Drop(.failedPublishes)
        /// Subscriptions that were not confirmed: of joins, which are refused, of sockets, which other nodes cannot
        /// disconnect then, and of whatever else listens to a topic, which is told.
        public static let failedSubscriptions = Drop(.failedSubscriptions)
        /// Connections refused with 503 because there were too many in all.
        public static let connectionsOverLimit = Drop(.connectionsOverLimit)
        /// Connections refused with 429 because there were too many from the same address.
        public static let connectionsOverAddressLimit = Drop(.connectionsOverAddressLimit)
        /// Connections closed because their first request did not come in time.
        public static let handshakeTimeouts = Drop(.handshakeTimeouts)
        /// Requests refused because they were malformed, too large or no valid upgrade.
        public static let malformedRequests = Drop(.malformedRequests)
        /// Connections refused with 403 because of their `Origin`.
        public static let refusedOrigins = Drop(.refusedOrigins)
        /// Connections refused with 503 because it was not decided about them in time.
        public static let connectTimeouts = Drop(.connectTimeouts)
        /// How often connections had to wait because too many came at once; none of these was refused.
        public static let acceptPauses = Drop(.acceptPauses)
        /// Messages refused because their connection sent too many.
        public static let rateLimitedMessages = Drop(.rateLimitedMessages)
        /// Joins refused because their connection asked for too many.
        public static let rateLimitedJoins = Drop(.rateLimitedJoins)
        /// Connections closed because they went on sending too many messages.
        public static let rateLimitCloses = Drop(.rateLimitCloses)
        /// Joins refused because their connection had too many channels.
        public static let channelsOverLimit = Drop(.channelsOverLimit)
        /// Messages and joins refused because no channel has their topic.
        public static let unmatchedTopics = Drop(.unmatchedTopics)
        /// Joins refused because they were not decided in time.
        public static let joinTimeouts = Drop(.joinTimeouts)
        /// Callbacks cancelled because they took too long.
        public static let callbackTimeouts = Drop(.callbackTimeouts)
        /// Replies dropped because the callback that made them had been cancelled.
        public static let lateReplies = Drop(.lateReplies)
        /// Joins refused by the rules of a declared channel.
        public static let refusedJoins = Drop(.refusedJoins)
        /// Joins of declared channels refused because the topic was full.
        public static let fullTopics = Drop(.fullTopics)
        /// Events refused by the rules of a declared channel.
        public static let refusedEvents = Drop(.refusedEvents)
        /// Connections closed because their lifetime, such as that of a token, was over.
        public static let expiredSockets = Drop(.expiredSockets)
        /// Presences refused because of their key or meta, a full topic, or too many that wait for the store.
        public static let refusedPresences = Drop(.refusedPresences)
        /// Connections that were about to become WebSockets when the node began to shut down.
        public static let drainedHandshakes = Drop(.drainedHandshakes)
        /// Connections closed before their first request, to make room for newer ones.
        public static let displacedHandshakes = Drop(.displacedHandshakes)
        /// HTTP connections closed between two requests, to make room for newer ones.
        public static let displacedConnections = Drop(.displacedConnections)
        /// HTTP connections closed because their clients did not read what they were answered.
        public static let unreadAnswers = Drop(.unreadAnswers)
        /// HTTP connections closed because their clients asked for nothing.
        public static let idleHTTPConnections = Drop(.idleHTTPConnections)
        /// HTTP connections closed in a shutdown before all that they had asked was answered and read.
        public static let drainedRequests = Drop(.drainedRequests)
        /// Channels ended because their lifetime, such as that of the join's own token, was over.
        public static let expiredChannels = Drop(.expiredChannels)

        /// Broadcasts that did not reach the members on an event loop for which too much waited already.
        public static let overloadedLoops = Drop(.overloadedLoops)

        /// All of them.
        public static let allCases = Reason.allCases.map(Drop.init)

        private enum Reason: String, CaseIterable {
            case refusedConnections = "refused_connections"
            case protocolErrors = "protocol_errors"
            case malformedMessages = "malformed_messages"
            case staleMessages = "stale_messages"
            case fullMailboxes = "full_mailboxes"
            case channelCrashes = "channel_crashes"
            case abandonedChannels = "abandoned_channels"
            case slowConsumerCloses = "slow_consumer_closes"
            case slowConsumerFrames = "slow_consumer_frames"
            case idleTimeouts = "idle_timeouts"
            case unencodableBroadcasts = "unencodable_broadcasts"
            case failedPublishes = "failed_publishes"
            case failedSubscriptions = "failed_subscriptions"
            case connectionsOverLimit = "connections_over_limit"
            case connectionsOverAddressLimit = "connections_over_address_limit"
            case handshakeTimeouts = "handshake_timeouts"
            case malformedRequests = "malformed_requests"
            case refusedOrigins = "refused_origins"
            case connectTimeouts = "connect_timeouts"
            case acceptPauses = "accept_pauses"
            case rateLimitedMessages = "rate_limited_messages"
            case rateLimitedJoins = "rate_limited_joins"
            case rateLimitCloses = "rate_limit_closes"
            case channelsOverLimit = "channels_over_limit"
            case unmatchedTopics = "unmatched_topics"
            case joinTimeouts = "join_timeouts"
            case callbackTimeouts = "callback_timeouts"
            case lateReplies = "late_replies"
            case expiredSockets = "expired_sockets"
            case refusedJoins = "refused_joins"
            case fullTopics = "full_topics"
            case refusedEvents = "refused_events"
            case refusedPresences = "refused_presences"
            case drainedHandshakes = "drained_handshakes"
            case displacedHandshakes = "displaced_handshakes"
            case displacedConnections = "displaced_connections"
            case unreadAnswers = "unread_answers"
            case idleHTTPConnections = "idle_http_connections"
            case drainedRequests = "drained_requests"
            case expiredChannels = "expired_channels"
            case overloadedLoops = "overloaded_loops"
        }
    }

    private let openConnections = Atomic(0)
    private let openedConnections = Atomic(0)
    private let joinedChannels = Atomic(0)
    private let drops = Mutex([Int](repeating: 0, count: Drop.allCases.count))

    /// Creates counters that start at 0.
    public init() {}

    /// WebSocket connections that are open now.
    public var connections: Int { openConnections.load(ordering: .relaxed) }

    /// WebSocket connections that were opened since the start.
    public var connectionsOpened: Int { openedConnections.load(ordering: .relaxed) }

    /// Channels that are joined now.
    public var channels: Int { joinedChannels.load(ordering: .relaxed) }

    /// How often something was dropped since the start.
    public subscript(drop: Drop) -> Int {
        drops.withLock { $0[drop.index] }
    }

    /// Counts something that was dropped, once or as often as that was.
    package func count(_ drop: Drop, times: Int = 1) {
        drops.withLock { $0[drop.index] += times }
    }

    func connectionsChanged(by difference: Int) {
        openConnections.wrappingAdd(difference, ordering: .relaxed)
        if difference > 0 { openedConnections.wrappingAdd(difference, ordering: .relaxed) }
    }

    func channelsChanged(by difference: Int) {
        joinedChannels.wrappingAdd(difference, ordering: .relaxed)
    }
}

import Synchronization

/// What a node counts, readable from any thread.
///
/// Nothing is dropped without one of these counters saying so.
public final class NodeStatistics: Sendable {
    /// Something that was refused, dropped or ended by the server.
    public struct Drop: Hashable, Sendable, CaseIterable, CustomStringConvertible {
        /// The name, as used in health reports and metrics.
        public let description: String
        let index: Int

        /// Connections refused at the upgrade.
        public static let refusedConnections = Drop(description: "refused_connections", index: 0)
        /// Connections closed because of malformed WebSocket frames, or messages too large or too long unfinished.
        public static let protocolErrors = Drop(description: "protocol_errors", index: 1)
        /// Connections closed because of undecodable Phoenix messages.
        public static let malformedMessages = Drop(description: "malformed_messages", index: 2)
        /// Messages dropped because their join ref was stale.
        public static let staleMessages = Drop(description: "stale_messages", index: 3)
        /// Messages refused because a channel's mailbox was full.
        public static let fullMailboxes = Drop(description: "full_mailboxes", index: 4)
        /// Channels ended by a throwing callback.
        public static let channelCrashes = Drop(description: "channel_crashes", index: 5)
        /// Channels that did not end within the shutdown time and were left to themselves.
        public static let abandonedChannels = Drop(description: "abandoned_channels", index: 6)
        /// Connections closed because the client did not read.
        public static let slowConsumerCloses = Drop(description: "slow_consumer_closes", index: 7)
        /// Writes dropped because the client did not read.
        public static let slowConsumerFrames = Drop(description: "slow_consumer_frames", index: 8)
        /// Connections closed because the client sent nothing.
        public static let idleTimeouts = Drop(description: "idle_timeouts", index: 9)
        /// Broadcasts that could not be encoded for some subscribers.
        public static let unencodableBroadcasts = Drop(description: "unencodable_broadcasts", index: 10)
        /// Publishes that did not reach the other nodes.
        public static let failedPublishes = Drop(description: "failed_publishes", index: 11)
        /// Joins refused because their subscription was not confirmed.
        public static let failedSubscriptions = Drop(description: "failed_subscriptions", index: 12)
        /// Connections refused with 503 because there were too many in all.
        public static let connectionsOverLimit = Drop(description: "connections_over_limit", index: 13)
        /// Connections refused with 429 because there were too many from the same address.
        public static let connectionsOverAddressLimit = Drop(
            description: "connections_over_address_limit", index: 14)
        /// Connections closed because their first request did not come in time.
        public static let handshakeTimeouts = Drop(description: "handshake_timeouts", index: 15)
        /// Requests refused because they were malformed, too large or no valid upgrade.
        public static let malformedRequests = Drop(description: "malformed_requests", index: 16)
        /// Connections refused with 403 because of their `Origin`.
        public static let refusedOrigins = Drop(description: "refused_origins", index: 17)
        /// Connections refused with 503 because it was not decided about them in time.
        public static let connectTimeouts = Drop(description: "connect_timeouts", index: 18)
        /// How often connections had to wait because too many came at once; none of these was refused.
        public static let acceptPauses = Drop(description: "accept_pauses", index: 19)
        /// Messages refused because their connection sent too many.
        public static let rateLimitedMessages = Drop(description: "rate_limited_messages", index: 20)
        /// Joins refused because their connection asked for too many.
        public static let rateLimitedJoins = Drop(description: "rate_limited_joins", index: 21)
        /// Connections closed because they went on sending too many messages.
        public static let rateLimitCloses = Drop(description: "rate_limit_closes", index: 22)
        /// Joins refused because their connection had too many channels.
        public static let channelsOverLimit = Drop(description: "channels_over_limit", index: 23)
        /// Messages and joins refused because no channel has their topic.
        public static let unmatchedTopics = Drop(description: "unmatched_topics", index: 24)
        /// Joins refused because they were not decided in time.
        public static let joinTimeouts = Drop(description: "join_timeouts", index: 25)
        /// Callbacks cancelled because they took too long.
        public static let callbackTimeouts = Drop(description: "callback_timeouts", index: 26)
        /// Replies dropped because the callback that made them had been cancelled.
        public static let lateReplies = Drop(description: "late_replies", index: 27)
        /// Joins refused by the rules of a declared channel.
        public static let refusedJoins = Drop(description: "refused_joins", index: 29)
        /// Joins of declared channels refused because the topic was full.
        public static let fullTopics = Drop(description: "full_topics", index: 30)
        /// Events refused by the rules of a declared channel.
        public static let refusedEvents = Drop(description: "refused_events", index: 31)
        /// Connections closed because their lifetime, such as that of a token, was over.
        public static let expiredSockets = Drop(description: "expired_sockets", index: 28)
        /// Connections closed before their first request, to make room for newer ones.
        public static let displacedHandshakes = Drop(description: "displaced_handshakes", index: 32)

        /// Channels ended because their lifetime, such as that of the join's own token, was over.
        public static let expiredChannels = Drop(description: "expired_channels", index: 33)

        /// All of them.
        public static let allCases: [Drop] = [
            refusedConnections, protocolErrors, malformedMessages, staleMessages, fullMailboxes, channelCrashes,
            abandonedChannels, slowConsumerCloses, slowConsumerFrames, idleTimeouts, unencodableBroadcasts,
            failedPublishes, failedSubscriptions, connectionsOverLimit, connectionsOverAddressLimit,
            handshakeTimeouts, malformedRequests, refusedOrigins, connectTimeouts, acceptPauses, rateLimitedMessages,
            rateLimitedJoins, rateLimitCloses, channelsOverLimit, unmatchedTopics, joinTimeouts, callbackTimeouts,
            lateReplies, expiredSockets, refusedJoins, fullTopics, refusedEvents, displacedHandshakes,
            expiredChannels,
        ]
    }

    private let openConnections = Atomic(0)
    private let openedConnections = Atomic(0)
    private let joinedChannels = Atomic(0)
    private let drops = Mutex([Int](repeating: 0, count: (Drop.allCases.map(\.index).max() ?? 0) + 1))

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

    /// Counts something that was dropped.
    package func count(_ drop: Drop) {
        drops.withLock { $0[drop.index] += 1 }
    }

    func connectionsChanged(by difference: Int) {
        openConnections.wrappingAdd(difference, ordering: .relaxed)
        if difference > 0 { openedConnections.wrappingAdd(difference, ordering: .relaxed) }
    }

    func channelsChanged(by difference: Int) {
        joinedChannels.wrappingAdd(difference, ordering: .relaxed)
    }
}

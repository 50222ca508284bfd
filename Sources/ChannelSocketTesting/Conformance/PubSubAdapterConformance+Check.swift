extension PubSubAdapterConformance {
    /// A rule for adapters.
    public enum Check: String, CaseIterable, Sendable, CustomStringConvertible {
        /// An adapter that runs connects and says so.
        case connects = "connects and says so"
        /// Running ends when its task is cancelled.
        case endsWhenCancelled = "ends when cancelled"
        /// A subscription is confirmed, at most once anew, and repeating it is harmless.
        case confirmsSubscriptions = "confirms subscriptions"
        /// What is subscribed before the adapter runs is in force when it is connected.
        case acceptsSubscriptionsBeforeRunning = "accepts subscriptions before running"
        /// A node does not get its own broadcasts back.
        case neverReturnsOwnBroadcasts = "never returns a node's own broadcasts"
        /// After the confirmation a broadcast reaches every other subscribed node, once.
        case deliversToOtherNodes = "delivers to the other nodes, once"
        /// Topics do not leak into each other.
        case deliversOnlySubscribedTopics = "delivers only subscribed topics"
        /// After unsubscribing nothing comes any more, and subscribing again works.
        case stopsAfterUnsubscribing = "stops after unsubscribing"
        /// Broadcasts of one node to one topic arrive in order.
        case keepsOrder = "keeps the order of one node's broadcasts"
        /// Topics, events and payloads of all kinds arrive unchanged.
        case keepsBytes = "keeps every byte"
        /// The excluded subscriber arrives.
        case keepsExclusion = "keeps the excluded subscriber"
        /// Subscribing and unsubscribing in quick succession ends as the last call says.
        case survivesChangesOfMind = "survives quick changes of mind"
        /// Any task may publish, and nothing is lost.
        case publishesFromManyTasks = "publishes from many tasks at once"

        /// The rule in words.
        public var description: String { rawValue }

        /// Whether the rule is about nodes that hear each other.
        var needsTwoNodes: Bool {
            switch self {
            case .connects, .endsWhenCancelled, .confirmsSubscriptions, .acceptsSubscriptionsBeforeRunning,
                .neverReturnsOwnBroadcasts:
                false
            case .deliversToOtherNodes, .deliversOnlySubscribedTopics, .stopsAfterUnsubscribing, .keepsOrder,
                .keepsBytes, .keepsExclusion, .survivesChangesOfMind, .publishesFromManyTasks:
                true
            }
        }
    }
}

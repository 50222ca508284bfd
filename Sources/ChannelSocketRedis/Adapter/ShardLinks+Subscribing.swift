import ChannelSocket
import Logging
import NIOCore

extension ShardLinks {
    /// How many SUBSCRIBE commands may be on their way: enough to keep Redis busy, few enough for honest time limits.
    private static let maxSubscriptionsInFlight = 16

    /// Subscribes to what is wanted once there is a connection for it.
    ///
    /// The first time only when publishing is possible too: who has joined on a node that has just started may
    /// broadcast, and expects the others to hear it. Later on a node that can only listen had better listen.
    func startSubscribing() {
        guard hasHadPublisher, subscriber?.readyConnection != nil else { return }
        let isNew = shard.withSubscriptions { state in
            guard !state.table.isLinkUp else { return false }
            state.table.linkUp()
            return true
        }
        if isNew { sendSubscriptions() }
    }

    /// Sends SUBSCRIBE and UNSUBSCRIBE for what is wanted, many topics at once.
    func sendSubscriptions() {
        guard let connection = subscriber?.readyConnection else { return }
        while connection.pendingSubscriptions < Self.maxSubscriptionsInFlight {
            let batch = shard.withSubscriptions { $0.table.nextBatch(limit: configuration.subscribeBatch) }
            guard let batch else { return }
            connection.send(.unsubscribe, topics: batch.unsubscribe)
            connection.send(.subscribe, topics: batch.subscribe)
        }
    }

    func subscriptionDone(_ kind: SubscriptionCommand.Kind, topic: String) {
        hasSubscriptionAnswers = true
        let waiter = shard.withSubscriptions { $0.table.answered(topic) }
        if let waiter { confirmed.append(waiter) }
    }

    func subscriptionRefused(_ command: SubscriptionCommand, message: String) {
        // There is room for further commands, as after any answer.
        hasSubscriptionAnswers = true
        guard command.topics.count == 1 else {
            logger.debug(
                "Redis refused topics together, each is tried alone",
                metadata: ["reason": "\(message)", "topics": "\(command.topics.count)"])
            return shard.withSubscriptions { state in
                for topic in command.topics { state.table.refusedTogether(topic) }
            }
        }
        if command.kind == .subscribe { refusalLog.record(message) }
        for topic in command.topics {
            let waiter = shard.withSubscriptions { $0.table.refused(topic, now: .now()) }
            waiter?.fail(PubSubError(.rejected, message))
        }
    }

    func logRefusals() {
        guard let (message, topics) = refusalLog.take(now: .now()) else { return }
        logger.warning(
            "Redis refused a subscription, and is asked again from time to time",
            metadata: ["reason": "\(message)", "topics": "\(topics)"])
    }
}

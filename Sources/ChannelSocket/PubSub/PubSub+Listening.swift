public import NIOCore
public import PhoenixWire

extension PubSub {
    /// Listens to the broadcasts of a topic, from all nodes.
    ///
    /// For the parts of an application that are no channels. A listener counts as a member of the topic on this node.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - eventLoop: one of those that serve clients.
    ///   - receive: takes each broadcast on the event loop, in order; must not block.
    /// - Returns: what ends the listening.
    /// - Throws: ``PubSubError`` if it cannot be confirmed that the broadcasts of other nodes reach this one.
    public func listen(
        to topic: String,
        on eventLoop: any EventLoop,
        _ receive: @escaping @Sendable (Broadcast) -> Void
    ) async throws -> TopicListening {
        let shard = shard(for: eventLoop)
        let listener = NIOLoopBoundBox<TopicListener>.makeBoxSendingValue(TopicListener(receive), eventLoop: eventLoop)
        let listening = TopicListening { [self] in
            eventLoop.execute { [self] in
                shard.membersToChange(of: topic)?.remove(listener.value)
                shard.withdraw(from: topic, pubSub: self)
            }
        }
        do {
            try await eventLoop.flatSubmit { [self] () -> EventLoopFuture<Void> in
                let confirmation = shard.announce(for: topic, pubSub: self)
                shard.membersToChange(of: topic)?.add(listener.value)
                return confirmation ?? eventLoop.makeSucceededVoidFuture()
            }
            .get()
        } catch {
            statistics.count(.failedSubscriptions)
            listening.stop()
            throw error
        }
        return listening
    }
}

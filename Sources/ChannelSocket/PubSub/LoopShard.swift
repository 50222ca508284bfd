import NIOCore
import PhoenixWire
import Synchronization

/// The members of all topics that live on one event loop, and the way in for broadcasts to them.
///
/// `@unchecked Sendable` is safe because everything but ``inbox`` is touched only on ``eventLoop``: the callers of
/// the other methods are channels and sockets of that loop, and ``deliver(_:statistics:)`` checks where it is called.
final class LoopShard: @unchecked Sendable {
    /// A broadcast on its way to the members of a loop.
    struct Delivery: Sendable {
        var broadcast: Broadcast
        /// Number of the connection that does not get it; 0 for none.
        var excluded: UInt64
    }

    /// Something to be done on the loop, in the order of arrival.
    enum Work: Sendable {
        case delivery(Delivery, NodeStatistics)
        case action(@Sendable () -> Void)
    }

    let eventLoop: any EventLoop
    let index: Int
    let executor: LoopExecutor
    let transport: TransportLoop
    let callbacks: CallbackWatch
    private var topics: [TopicKey: TopicMembers] = [:]
    private let inbox = Mutex(Inbox())
    private let maxBacklogBytes: Int

    /// What waits to be done.
    private struct Inbox: Sendable {
        var works: [Work] = []
        var bytes = 0
    }

    init(eventLoop: any EventLoop, index: Int, maxBacklogBytes: Int) {
        self.eventLoop = eventLoop
        self.index = index
        self.maxBacklogBytes = maxBacklogBytes
        executor = LoopExecutor(eventLoop)
        transport = TransportLoop(eventLoop: eventLoop)
        callbacks = CallbackWatch(eventLoop: eventLoop)
    }

    // MARK: Broadcast path

    /// Delivers a broadcast to the members on this loop: at once when called there, else through the inbox.
    func deliver(_ delivery: Delivery, statistics: NodeStatistics) {
        if eventLoop.inEventLoop {
            dispatch(delivery, statistics: statistics)
            return
        }
        enqueue(.delivery(delivery, statistics))
    }

    /// Has something done on the loop after all that was enqueued before, wherever it is called.
    ///
    /// A broadcast is dropped and counted when too much waits already.
    func enqueue(_ work: Work) {
        let isFirst = inbox.withLock { inbox in
            if case .delivery(let delivery, let statistics) = work {
                guard inbox.bytes < maxBacklogBytes else {
                    statistics.count(.overloadedLoops)
                    return false
                }
                inbox.bytes += delivery.broadcast.payload.bytes.readableBytes + 256
            }
            inbox.works.append(work)
            return inbox.works.count == 1
        }
        // One wake-up for all that gathers until the loop gets round to it.
        guard isFirst else { return }
        eventLoop.execute { [self] in
            let taken = inbox.withLock { inbox in
                var taken = Inbox()
                swap(&taken, &inbox)
                return taken
            }
            for work in taken.works {
                switch work {
                case .delivery(let delivery, let statistics): dispatch(delivery, statistics: statistics)
                case .action(let action): action()
                }
            }
        }
    }

    private func dispatch(_ delivery: Delivery, statistics: NodeStatistics) {
        guard let members = topics[TopicKey(delivery.broadcast.topic)] else { return }
        dispatch(delivery, to: members, statistics: statistics)
    }

    /// Delivers a broadcast to the members of its topic, which the caller, on this loop, has at hand.
    func dispatch(_ delivery: Delivery, to members: TopicMembers, statistics: NodeStatistics) {
        members.dispatch(delivery, outbox: transport.outbox, statistics: statistics)
    }

    // MARK: Membership

    /// How many channels there are of each topic that has any.
    var memberCounts: [TopicKey: Int] {
        topics.mapValues(\.channelCount).filter { $0.value > 0 }
    }

    /// Announces a member of a topic, without delivering anything to it yet.
    ///
    /// - Returns: nil if broadcasts reach this node, else a future of that. Whatever comes of it, the announcement
    ///   must be followed by ``TopicMembers`` additions or taken back with ``withdraw(from:pubSub:)``.
    func announce(for topic: String, pubSub: PubSub) -> EventLoopFuture<Void>? {
        if let members = topics[TopicKey(topic)] {
            members.announced += 1
            return pubSub.confirmation(of: topic)
        }
        let (loops, confirmation) = pubSub.subscribe(loop: index, to: topic)
        let members = TopicMembers(loops)
        members.announced = 1
        topics[TopicKey(topic)] = members
        return confirmation
    }

    /// Takes an announcement back, after the member was removed if it had been added.
    func withdraw(from topic: String, pubSub: PubSub) {
        guard let members = topics[TopicKey(topic)] else { return }
        members.announced -= 1
        guard members.announced == 0 else { return }
        topics[TopicKey(topic)] = nil
        pubSub.unsubscribe(loop: index, from: topic)
    }

    /// The members of an announced topic, about to change.
    func membersToChange(of topic: String) -> TopicMembers? {
        guard let members = topics[TopicKey(topic)] else { return nil }
        willChange(members)
        return members
    }

    /// Has what is pending written to those who are members until now.
    func willChange(_ members: TopicMembers) {
        if members.hasPendingFrames { transport.outbox.drain() }
    }
}

public import Logging
import NIOCore
public import PhoenixWire
public import ServiceLifecycle
import Synchronization

/// The broadcasts of a node: between its own connections, and to and from the other nodes.
///
/// One value serves all endpoints of a process. This file is the upper half of the broadcast path:
/// ``broadcast(_:excluding:)`` hands a broadcast to each event loop that has members of its topic, once per loop, and
/// to the adapter, which carries it to the other nodes. ``LoopShard`` and ``Outbox`` do the rest on each loop.
///
/// As a `Service` it keeps the adapter's link up until shutdown.
public final class PubSub: Service {
    /// The identity of this node.
    public let node: NodeID
    /// In how many parts, each with a lock of its own, the node's topics are kept.
    public let shardCount: Int
    /// What the node counts.
    public let statistics = NodeStatistics()

    private let adapter: any PubSubAdapter
    private let logger: Logger
    private let tables: [LockedTable]
    private let loops: PerLoop<LoopShard>
    private let abandonObservers = Mutex<[@Sendable (String) -> Void]>([])

    private final class LockedTable: Sendable {
        let table = Mutex(TopicTable())
    }

    /// Creates the pub/sub system of a node.
    ///
    /// - Parameters:
    ///   - adapter: carries broadcasts between nodes; by default there is only this node.
    ///   - shards: in how many parts the topics are kept; more than the number of event loops does not help.
    ///   - node: the identity of this node.
    ///   - logger: where what goes wrong is reported.
    public init(
        adapter: any PubSubAdapter = LocalAdapter(),
        shards: Int = 8,
        node: NodeID = NodeID(),
        logger: Logger = Logger(label: "channelsocket.pubsub")
    ) {
        precondition(shards > 0, "there is at least one shard")
        self.adapter = adapter
        self.node = node
        self.logger = logger
        shardCount = shards
        tables = (0..<shards).map { _ in LockedTable() }
        loops = PerLoop { eventLoop, index in LoopShard(eventLoop: eventLoop, index: index) }
    }

    /// Whether the other nodes can be reached; always true without other nodes.
    public var isConnected: Bool { adapter.isConnected }

    /// Why ``isConnected`` is false.
    public var disconnectReason: String? { adapter.disconnectReason }

    /// Keeps the link to the other nodes up until the task is cancelled or the service group shuts down.
    public func run() async throws {
        try await cancelWhenGracefulShutdown { [self] in
            try await adapter.run(node: node) { [self] in deliver($0) }
        }
    }

    // MARK: Broadcast path

    /// Broadcasts to the subscribers of a topic on all nodes.
    ///
    /// The subscribers of this node are served at once, whatever the state of the link to the others. Broadcasts of
    /// one caller to one topic arrive everywhere in the order of the calls.
    ///
    /// - Parameters:
    ///   - broadcast: the event.
    ///   - excluded: a subscriber that does not get it, on whatever node it is.
    /// - Returns: what became of it on the way to the other nodes.
    @discardableResult
    public func broadcast(_ broadcast: Broadcast, excluding excluded: SubscriberID? = nil) -> PublishReceipt {
        let routed = RoutedBroadcast(broadcast, excluding: excluded)
        deliver(routed)
        return publish(routed)
    }

    /// Broadcasts to the topic of a channel, called on its event loop: what it knows need not be looked up.
    func broadcast(
        _ broadcast: Broadcast, excluding excluded: SubscriberID?, to members: TopicMembers, on shard: LoopShard
    ) -> PublishReceipt {
        let routed = RoutedBroadcast(broadcast, excluding: excluded)
        let delivery = delivery(of: routed)
        shard.dispatch(delivery, to: members, statistics: statistics)
        forEachShard(in: members.loops.all & ~(1 << UInt64(shard.index))) {
            $0.deliver(delivery, statistics: statistics)
        }
        return publish(routed)
    }

    private func publish(_ routed: RoutedBroadcast) -> PublishReceipt {
        guard let published = adapter.publish(routed) else { return PublishReceipt(nil) }
        published.whenFailure { [self] error in
            statistics.count(.failedPublishes)
            logger.debug("publish failed", metadata: ["error": "\(error)"])
        }
        return PublishReceipt(published)
    }

    /// Broadcasts to the subscribers of a topic on this node only.
    ///
    /// - Parameters:
    ///   - broadcast: the event.
    ///   - excluded: a subscriber that does not get it.
    public func localBroadcast(_ broadcast: Broadcast, excluding excluded: SubscriberID? = nil) {
        deliver(RoutedBroadcast(broadcast, excluding: excluded))
    }

    private func deliver(_ routed: RoutedBroadcast) {
        let delivery = delivery(of: routed)
        forEachShard(in: loops(of: routed.broadcast.topic)) { $0.deliver(delivery, statistics: statistics) }
    }

    private func delivery(of routed: RoutedBroadcast) -> LoopShard.Delivery {
        LoopShard.Delivery(
            broadcast: routed.broadcast,
            excluded: routed.excluding.map { $0.node == node ? $0.number : 0 } ?? 0
        )
    }

    /// Broadcasts on this node only, in the order of calls with everything else that is enqueued on the loops.
    ///
    /// Nothing happens within the call, so it may be made under a lock.
    func enqueue(_ broadcast: Broadcast) {
        let delivery = LoopShard.Delivery(broadcast: broadcast, excluded: 0)
        forEachShard(in: loops(of: broadcast.topic)) { $0.enqueue(.delivery(delivery, statistics)) }
    }

    private func loops(of topic: String) -> UInt64 {
        table(of: topic).table.withLock { $0.loops(of: topic) }
    }

    private func forEachShard(in mask: UInt64, _ body: (LoopShard) -> Void) {
        var rest = mask
        while rest != 0 {
            let index = rest.trailingZeroBitCount
            rest &= rest - 1
            body(loops.value(at: index))
        }
    }

    // MARK: Membership, called on the members' event loops

    /// The shard of an event loop.
    func shard(for eventLoop: any EventLoop) -> LoopShard {
        let shard = loops.value(for: eventLoop)
        precondition(shard.index < 64, "PubSub serves at most 64 event loops; use a group of fewer threads")
        return shard
    }

    /// Notes that a loop needs a topic.
    ///
    /// - Returns: the loops that need it, and nil if the node receives the topic's broadcasts, else a future of that.
    func subscribe(loop: Int, to topic: String) -> (loops: TopicLoops, confirmation: EventLoopFuture<Void>?) {
        table(of: topic).table.withLock { table in
            let (loops, isFirst) = table.insert(loop: loop, topic: topic)
            // Under the lock, so that the adapter sees subscribe and unsubscribe in the order decided here.
            return (loops, isFirst || !adapter.isConnected ? adapter.subscribe(to: topic) : nil)
        }
    }

    /// Notes that a loop has no member of a topic any more.
    func unsubscribe(loop: Int, from topic: String) {
        let wasLast = table(of: topic).table.withLock { table in
            let wasLast = table.remove(loop: loop, topic: topic)
            if wasLast { adapter.unsubscribe(from: topic) }
            return wasLast
        }
        guard wasLast else { return }
        for observer in abandonObservers.withLock({ $0 }) { observer(topic) }
    }

    /// Whether this node has members of a topic.
    func hasMembers(of topic: String) -> Bool {
        loops(of: topic) != 0
    }

    /// Waits for the broadcasts of a topic with members to reach this node.
    ///
    /// - Returns: nil if they do, or if there are no members.
    func confirmation(of topic: String) -> EventLoopFuture<Void>? {
        table(of: topic).table.withLock { $0.loops(of: topic) == 0 ? nil : adapter.subscribe(to: topic) }
    }

    /// Has a closure called after the node's last member of a topic has left; there may be another one by then.
    func whenAbandoned(_ observer: @escaping @Sendable (String) -> Void) {
        abandonObservers.withLock { $0.append(observer) }
    }

    /// The topics that have members on this node, in no particular order.
    public var topics: [String] {
        tables.flatMap { $0.table.withLock { $0.topics } }
    }

    /// How many channels of this node are subscribed to each topic, in no particular order.
    ///
    /// Costs each event loop a walk over its topics: for people and dashboards, not for every message.
    public func topicMemberCounts() async -> [(topic: String, members: Int)] {
        var counts: [TopicKey: Int] = [:]
        for shard in loops.all {
            // A loop that has been shut down has no members.
            let members = try? await shard.eventLoop.submit { shard.memberCounts }.get()
            counts.merge(members ?? [:], uniquingKeysWith: +)
        }
        return counts.map { ($0.key.topic, $0.value) }
    }

    private func table(of topic: String) -> LockedTable {
        tables[Int(UInt(bitPattern: TopicKey(topic).hashValue) % UInt(shardCount))]
    }
}

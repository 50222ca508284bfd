public import CoreMetrics
public import Logging
import NIOCore
public import PhoenixWire
public import ServiceLifecycle
import Synchronization
public import Tracing

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
    /// Takes the spans of connects, joins, pushes and publishes; nil if nothing is traced.
    public let tracer: (any Tracer)?
    /// What the node counts.
    public let statistics = NodeStatistics()
    let callbackRoutes = CallbackRoutes()
    /// Whether there is a ``tracer``, which costs more to look at than a flag.
    let isTraced: Bool
    /// Whether there are no other nodes.
    private let isAlone: Bool

    private let adapter: any PubSubAdapter
    private let logger: Logger
    private let tables: [LockedTable]
    private let loops: PerLoop<LoopShard>
    private let publishTimer: CoreMetrics.Timer?
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
    ///   - maxBacklogBytes: bytes of broadcasts that may wait for an event loop that is kept from them, by a callback that
    ///     computes or by more than it can do; further ones do not reach the loop's members, and are counted as
    ///     ``NodeStatistics/Drop/overloadedLoops``. Each counts 256 more than its payload.
    ///   - logger: where what goes wrong is reported.
    ///   - metricsFactory: takes how long publishes take, as `channelsocket_publish_duration_seconds`; by default what
    ///     was bootstrapped before. ``NodeMetrics`` reports all the rest.
    ///   - tracer: takes spans of connects, joins, pushes and publishes; none by default, so that who does not trace
    ///     pays nothing. `InstrumentationSystem.tracer` is the one that was bootstrapped.
    public init(
        adapter: any PubSubAdapter = LocalAdapter(),
        shards: Int = 8,
        node: NodeID = NodeID(),
        maxBacklogBytes: Int = 256 << 20,
        logger: Logger = Logger(label: "channelsocket.pubsub"),
        metricsFactory: any MetricsFactory = MetricsSystem.factory,
        tracer: (any Tracer)? = nil
    ) {
        precondition(shards > 0, "there is at least one shard")
        self.adapter = adapter
        self.node = node
        self.logger = logger
        self.tracer = tracer
        isTraced = tracer != nil
        isAlone = adapter is LocalAdapter
        shardCount = shards
        tables = (0..<shards).map { _ in LockedTable() }
        publishTimer =
            metricsFactory is NOOPMetricsHandler
            ? nil : CoreMetrics.Timer(label: "channelsocket_publish_duration_seconds", factory: metricsFactory)
        loops = PerLoop { eventLoop, index in
            LoopShard(eventLoop: eventLoop, index: index, maxBacklogBytes: maxBacklogBytes)
        }
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
        let delivery = LoopShard.Delivery(broadcast: broadcast, excluded: number(of: excluded))
        shard.dispatch(delivery, to: members, statistics: statistics)
        forEachShard(in: members.loops.all & ~(1 << UInt64(shard.index))) {
            $0.deliver(delivery, statistics: statistics)
        }
        // Alone, and not traced, there is nobody to tell.
        return isAlone && !isTraced ? PublishReceipt(nil) : publish(RoutedBroadcast(broadcast, excluding: excluded))
    }

    private func publish(_ routed: RoutedBroadcast) -> PublishReceipt {
        let span = startPublishSpan(routed.broadcast)
        guard let published = adapter.publish(routed) else {
            span?.end()
            return PublishReceipt(nil)
        }
        let start = publishTimer == nil ? nil : NIODeadline.now()
        published.whenComplete { [self] result in
            switch result {
            case .success:
                if let start { publishTimer?.recordNanoseconds((NIODeadline.now() - start).nanoseconds) }
            case .failure(let error):
                span?.recordError(error)
                span?.setStatus(SpanStatus(code: .error))
                statistics.count(.failedPublishes)
                logger.debug("publish failed", metadata: ["error": "\(error)"])
            }
            span?.end()
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
        LoopShard.Delivery(broadcast: routed.broadcast, excluded: number(of: routed.excluding))
    }

    /// The number of a subscriber if it is one of this node, else 0.
    private func number(of subscriber: SubscriberID?) -> UInt64 {
        guard let subscriber, subscriber.node == node else { return 0 }
        return subscriber.number
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
            if let shard = loops.value(at: index) { body(shard) }
        }
    }

    /// The shards of all event loops seen so far.
    var loopShards: [LoopShard] { loops.all }

    // MARK: Membership, called on the members' event loops

    /// The shard of an event loop, of which there are at most 64.
    func shard(for eventLoop: any EventLoop) -> LoopShard {
        loops.value(for: eventLoop)
    }

    /// Notes that a loop needs a topic.
    ///
    /// - Returns: the loops that need it, and nil if the node receives the topic's broadcasts, else a future of that.
    func subscribe(loop: Int, to topic: String) -> (loops: TopicLoops, confirmation: EventLoopFuture<Void>?) {
        table(of: topic).table.withLock { table in
            // Under the lock, so that the adapter sees subscribe and unsubscribe in the order decided here. It is asked for
            // each member: that the first one was announced says nothing of whether its subscription was granted.
            (table.insert(loop: loop, topic: topic), adapter.subscribe(to: topic))
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

    /// How many topics have members on this node.
    public var topicCount: Int {
        tables.reduce(0) { $0 + $1.table.withLock { $0.count } }
    }

    private func table(of topic: String) -> LockedTable {
        tables[Int(UInt(bitPattern: TopicKey(topic).hashValue) % UInt(shardCount))]
    }
}

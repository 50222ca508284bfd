public import ChannelSocket
public import Logging
public import NIOCore
public import NIOPosix
import PhoenixWire
import Synchronization

/// Carries broadcasts between nodes through Redis pub/sub.
///
/// Each topic is the Redis channel `channels:` + topic (``RedisConfiguration/channelPrefix``), so anything that
/// speaks Redis can publish: `PUBLISH channels:room:lobby '{"event":"new_msg","payload":{"body":"hi"}}'`.
///
/// ```swift
/// let adapter = try RedisAdapter(url: "redis://127.0.0.1:6379")
/// let pubSub = PubSub(adapter: adapter)
/// ```
///
/// The adapter connects in ``run(node:delivering:)`` and reconnects by itself. While Redis is away publishes fail at
/// once and subscriptions wait for their time limit; nothing is queued for later. Redis pub/sub keeps nothing, so
/// what others publish while a node is cut off is lost for that node.
public final class RedisAdapter: PubSubAdapter {
    /// The configuration.
    public let configuration: RedisConfiguration

    let shards: [RedisShard]
    private let counters = RedisCounters()
    /// Where presence diffs go.
    let presenceInlet = PresenceInlet()
    private let isRunning = Mutex(false)

    /// Creates an adapter, which does nothing until it runs.
    ///
    /// - Parameters:
    ///   - configuration: how to reach Redis, and limits.
    ///   - eventLoopGroup: where the connections live.
    ///   - logger: where state changes and unusable messages are reported.
    public init(
        _ configuration: RedisConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger = Logger(label: "channelsocket.redis")
    ) {
        self.configuration = configuration
        shards = (0..<max(1, configuration.shards)).map { [counters, presenceInlet] index in
            RedisShard(
                index: index,
                eventLoop: eventLoopGroup.next(),
                configuration: configuration,
                counters: counters,
                presenceInlet: presenceInlet,
                logger: logger
            )
        }
    }

    /// Creates an adapter for a URL; see ``RedisConfiguration/init(url:)``.
    ///
    /// - Parameters:
    ///   - url: the URL.
    ///   - logger: where state changes and unusable messages are reported.
    /// - Throws: ``RedisURLError`` when the URL can't be used.
    public convenience init(
        url: String, logger: Logger = Logger(label: "channelsocket.redis")
    ) throws(RedisURLError) {
        self.init(try RedisConfiguration(url: url), logger: logger)
    }

    /// What the adapter has done so far.
    public var statistics: Statistics { counters.statistics }

    /// How many commands wait for Redis to answer, and their bytes.
    public var pending: (commands: Int, bytes: Int) {
        shards.reduce(into: (commands: 0, bytes: 0)) { total, shard in
            let (commands, bytes) = shard.inbox.withLock { ($0.pendingCommands, $0.pendingBytes) }
            total.commands += commands
            total.bytes += bytes
        }
    }

    /// Runs commands on the adapter's connections.
    public var commands: RedisCommandClient {
        RedisCommandClient { [self] topic in shard(of: topic) }
    }

    /// Whether every requested subscription is confirmed to be in force and publishing is possible.
    ///
    /// Becomes false for a moment whenever a new topic is being subscribed; ``disconnectReason`` does not mind that.
    public var isConnected: Bool {
        shards.allSatisfy { $0.isReady.load(ordering: .sequentiallyConsistent) }
    }

    /// Why the bus can't be used, for health reports; nil from the moment all is subscribed until the link is lost.
    ///
    /// Topics that Redis refuses do not count: they fail by themselves, and the rest works.
    public var disconnectReason: String? {
        // Each is asked once: `first` of a lazy map asks again, and traps when the link has come back in between.
        for shard in shards {
            if let reason = shard.disconnectReason { return reason }
        }
        return nil
    }

    /// Runs the link until the surrounding task is cancelled, reconnecting as often as it takes.
    ///
    /// When cancelled it waits up to ``RedisConfiguration/shutdownTimeout`` for answers to what was published.
    ///
    /// - Parameters:
    ///   - node: the identity of this node; broadcasts that carry it are dropped.
    ///   - deliver: takes each broadcast of others in the order received, on an event loop; must not block.
    /// - Throws: ``RedisAdapterError`` if the adapter runs already.
    public func run(
        node: NodeID, delivering deliver: @escaping @Sendable (RoutedBroadcast) -> Void
    ) async throws {
        let isFirst = isRunning.withLock { isRunning in
            defer { isRunning = true }
            return !isRunning
        }
        guard isFirst else { throw RedisAdapterError("the adapter runs already") }
        defer { isRunning.withLock { $0 = false } }
        let stopped = shards.map { $0.start(node: node, delivering: deliver) }
        await withTaskCancellationHandler {
            for shard in stopped { try? await shard.get() }
        } onCancel: {
            for shard in shards { shard.stop() }
        }
    }

    /// Makes sure that this node receives what others publish to the topic; idempotent.
    ///
    /// - Parameter topic: the topic.
    /// - Returns: nil if that is so already; else a future that succeeds once Redis has confirmed it, and fails with
    ///   `PubSubError` when it has not within ``RedisConfiguration/subscribeTimeout``, or when Redis refuses the topic
    ///   (`rejected`). Even then the adapter goes on trying until ``unsubscribe(from:)`` is called: at once with the
    ///   next call for the topic, else after pauses of one second at first and one minute at most.
    public func subscribe(to topic: String) -> EventLoopFuture<Void>? {
        shard(of: topic).subscribe(to: topic)
    }

    /// Stops receiving the topic; idempotent.
    ///
    /// - Parameter topic: the topic.
    public func unsubscribe(from topic: String) {
        shard(of: topic).unsubscribe(from: topic)
    }

    /// Publishes a broadcast, in the order of calls for each topic.
    ///
    /// - Parameter broadcast: what to send.
    /// - Returns: a future that succeeds when Redis has taken the broadcast, and fails with `PubSubError` otherwise.
    public func publish(_ broadcast: RoutedBroadcast) -> EventLoopFuture<Void>? {
        let topic = broadcast.broadcast.topic
        return shard(of: topic).publish(broadcast, to: configuration.channelPrefix + topic)
    }

    /// The shard that serves a topic.
    private func shard(of topic: String) -> RedisShard {
        guard shards.count > 1 else { return shards[0] }
        // FNV-1a: the same at every start, unlike Hasher.
        let hash = topic.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return shards[Int(hash % UInt64(shards.count))]
    }
}

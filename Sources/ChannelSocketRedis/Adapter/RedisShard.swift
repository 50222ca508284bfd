import ChannelSocket
import Logging
import NIOCore
import PhoenixWire
import Synchronization

/// A share of the topics with its own pair of connections: the part that any thread may call.
///
/// Calls put work into tables under a lock and wake the event loop; ``ShardLinks`` does the rest there.
final class RedisShard: Sendable {
    /// What the subscriber side knows, under one lock.
    struct Subscriptions: Sendable {
        var table: SubscriptionTable<EventLoopPromise<Void>>
        var isPublisherReady = false
        /// Why the shard can't be used, nil when it can.
        var disconnectReason: String? = "not running"
    }

    let index: Int
    let eventLoop: any EventLoop
    let configuration: RedisConfiguration
    let counters: RedisCounters
    let presenceInlet: PresenceInlet
    let logger: Logger
    private let subscriptions: Mutex<Subscriptions>
    let inbox: Mutex<CommandInbox>
    /// Whether everything wanted is subscribed and the publisher is ready.
    let isReady = Atomic<Bool>(false)
    private let links: NIOLoopBoundBox<ShardLinks?>

    init(
        index: Int, eventLoop: any EventLoop, configuration: RedisConfiguration, counters: RedisCounters,
        presenceInlet: PresenceInlet, logger: Logger
    ) {
        self.index = index
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.counters = counters
        self.presenceInlet = presenceInlet
        var logger = logger
        if configuration.shards > 1 { logger[metadataKey: "redis.shard"] = "\(index)" }
        self.logger = logger
        subscriptions = Mutex(
            Subscriptions(
                table: SubscriptionTable(maxTopics: configuration.maxTopics, timeout: configuration.subscribeTimeout)))
        inbox = Mutex(
            CommandInbox(maxCommands: configuration.maxPendingCommands, maxBytes: configuration.maxPendingBytes))
        links = NIOLoopBoundBox.makeBoxSendingValue(nil, eventLoop: eventLoop)
    }

    // MARK: Life cycle

    /// Connects, and stays connected until ``stop()``.
    ///
    /// - Returns: a future that succeeds when the shard has stopped.
    func start(
        node: NodeID, delivering deliver: @escaping @Sendable (RoutedBroadcast) -> Void
    ) -> EventLoopFuture<Void> {
        let stopped = eventLoop.makePromise(of: Void.self)
        eventLoop.execute { [self] in
            let links = ShardLinks(shard: self, node: node, stopped: stopped, deliver: deliver)
            self.links.value = links
            links.start()
        }
        return stopped.futureResult
    }

    /// Ends the connections, after waiting shortly for answers to what was published.
    func stop() {
        eventLoop.execute { [self] in links.value?.stop() }
    }

    /// Forgets the links, which have stopped.
    func stopped() {
        links.value = nil
    }

    // MARK: Subscriptions

    func subscribe(to topic: String) -> EventLoopFuture<Void>? {
        let subscribing = withSubscriptions { state in
            state.table.subscribe(to: topic, now: .now()) { eventLoop.makePromise() }
        }
        switch subscribing {
        case .confirmed: return nil
        case .pending(let promise, let needsFlush):
            if needsFlush { eventLoop.execute { [self] in links.value?.sendSubscriptions() } }
            return promise.futureResult
        case .full:
            return eventLoop.makeFailedFuture(
                PubSubError(.overloaded, "this node is subscribed to \(configuration.maxTopics) topics already"))
        }
    }

    func unsubscribe(from topic: String) {
        let (abandoned, needsFlush) = withSubscriptions { $0.table.unsubscribe(from: topic) }
        if needsFlush { eventLoop.execute { [self] in links.value?.sendSubscriptions() } }
        guard let abandoned else { return }
        // Later, since the caller may hold a lock that the one who waits wants.
        eventLoop.execute {
            abandoned.fail(PubSubError(.rejected, "the topic was given up before it was subscribed"))
        }
    }

    /// Why the shard can't be used, nil when it can.
    var disconnectReason: String? { subscriptions.withLock { $0.disconnectReason } }

    /// Looks at or changes the subscriptions under their lock, and keeps ``isReady`` right.
    func withSubscriptions<Result: Sendable>(_ body: (inout Subscriptions) -> Result) -> Result {
        subscriptions.withLock { state in
            let result = body(&state)
            // Not before the reason is gone why it was not: nobody is to be told both.
            let ready = state.isPublisherReady && state.table.isSettled && state.disconnectReason == nil
            if isReady.load(ordering: .relaxed) != ready { isReady.store(ready, ordering: .sequentiallyConsistent) }
            return result
        }
    }

    // MARK: Commands

    /// Encodes a broadcast and sends it.
    func publish(_ broadcast: RoutedBroadcast, to channel: String) -> EventLoopFuture<Void> {
        // Nothing is encoded in vain while Redis is away.
        let (closedBecause, node) = inbox.withLock { ($0.closedBecause, $0.node) }
        if let closedBecause { return failed(PubSubError(.disconnected, closedBecause)) }
        let envelope = BroadcastEnvelope(
            broadcast.broadcast,
            node: node,
            excluding: broadcast.excluding?.description
        )
        var payload = ByteBuffer()
        do throws(WireError) {
            try envelope.encode(into: &payload)
        } catch {
            return failed(PubSubError(.rejected, error.description))
        }
        var command = ByteBuffer()
        command.writeRedisPublish(channel: channel, payload: payload)
        let promise = eventLoop.makePromise(of: Void.self)
        enqueue(command, .publish(promise))
        return promise.futureResult
    }

    /// Sends any command.
    func send(_ arguments: [RedisArgument]) -> EventLoopFuture<RESPValue> {
        // Nothing is encoded in vain while Redis is away.
        if let closedBecause = inbox.withLock({ $0.closedBecause }) {
            return eventLoop.makeFailedFuture(PubSubError(.disconnected, closedBecause))
        }
        var command = ByteBuffer()
        command.writeRedisCommand(arguments)
        let promise = eventLoop.makePromise(of: RESPValue.self)
        enqueue(command, .command(promise))
        return promise.futureResult
    }

    private func failed(_ error: PubSubError) -> EventLoopFuture<Void> {
        counters.countFailure(error.code)
        return eventLoop.makeFailedFuture(error)
    }

    private func enqueue(_ bytes: ByteBuffer, _ completion: PendingCommand.Completion) {
        let accepted = inbox.withLock { inbox in
            Result { () throws(PubSubError) in try inbox.append(bytes, completion) }
        }
        switch accepted {
        case .success(false): break
        case .success(true):
            eventLoop.execute { [self] in
                if let links = links.value { links.sendCommands() } else { discardCommands() }
            }
        case .failure(let error): abandon(completion, error)
        }
    }

    private func abandon(_ completion: PendingCommand.Completion, _ error: PubSubError) {
        if case .publish = completion { counters.countFailure(error.code) }
        completion.fail(error)
    }

    /// Fails what has gathered in the inbox.
    func discardCommands() {
        let (batch, reason) = inbox.withLock { inbox in
            let batch = inbox.take()
            inbox.release(commands: batch.commands.count, bytes: batch.buffer.readableBytes)
            return (batch, inbox.closedBecause)
        }
        for command in batch.commands {
            abandon(command.completion, PubSubError(.disconnected, reason ?? "not connected"))
        }
    }
}

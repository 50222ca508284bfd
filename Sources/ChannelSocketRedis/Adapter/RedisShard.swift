import ChannelSocket
import Logging
import NIOCore
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
            let ready = state.isPublisherReady && state.table.isSettled
            if isReady.load(ordering: .relaxed) != ready { isReady.store(ready, ordering: .sequentiallyConsistent) }
            return result
        }
    }

    // MARK: Commands

    /// Encodes a broadcast and sends it.
    func publish(channel: String, encode: (inout ByteBuffer) throws(PubSubError) -> Void) -> EventLoopFuture<Void> {
        do throws(PubSubError) {
            // Nothing is encoded in vain while Redis is away.
            let closedBecause = inbox.withLock { $0.closedBecause }
            if let closedBecause { throw PubSubError(.disconnected, closedBecause) }
            var payload = ByteBuffer()
            try encode(&payload)
            var command = ByteBuffer()
            command.writeRedisPublish(channel: channel, payload: payload)
            let promise = eventLoop.makePromise(of: Void.self)
            try enqueue(command, .publish(promise)) { promise.fail($0) }
            return promise.futureResult
        } catch {
            counters.countFailure(error.code)
            return eventLoop.makeFailedFuture(error)
        }
    }

    /// Sends any command.
    func send(_ arguments: [RedisArgument]) -> EventLoopFuture<RESPValue> {
        do throws(PubSubError) {
            var command = ByteBuffer()
            command.writeRedisCommand(arguments)
            let promise = eventLoop.makePromise(of: RESPValue.self)
            try enqueue(command, .command(promise)) { promise.fail($0) }
            return promise.futureResult
        } catch {
            return eventLoop.makeFailedFuture(error)
        }
    }

    private func enqueue(
        _ command: ByteBuffer, _ completion: PendingCommand.Completion, onRefusal: (PubSubError) -> Void
    ) throws(PubSubError) {
        let deadline = NIODeadline.now() + configuration.commandTimeout
        let isFirst = inbox.withLock { inbox in
            Result { () throws(PubSubError) in try inbox.append(command, completion, deadline: deadline) }
        }
        do throws(PubSubError) {
            guard try isFirst.get() else { return }
        } catch {
            onRefusal(error)
            throw error
        }
        eventLoop.execute { [self] in
            if let links = links.value {
                links.sendCommands()
            } else {
                discardCommands()
            }
        }
    }

    /// Fails what has gathered in the inbox.
    func discardCommands() {
        let (batch, reason) = inbox.withLock { inbox in
            let batch = inbox.take()
            inbox.release(commands: batch.commands.count, bytes: batch.buffer.readableBytes)
            return (batch, inbox.closedBecause)
        }
        for command in batch.commands {
            if case .publish = command.completion { counters.countFailure(.disconnected) }
            command.fail(PubSubError(.disconnected, reason ?? "not connected"))
        }
    }
}

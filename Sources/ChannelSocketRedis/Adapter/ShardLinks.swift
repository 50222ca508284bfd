import ChannelSocket
import Logging
import NIOCore
import PhoenixWire
import Synchronization

/// The two connections of a shard and what happens on them.
///
/// Confined to the shard's event loop.
final class ShardLinks: RedisConnectionEvents {
    let shard: RedisShard
    let configuration: RedisConfiguration
    let counters: RedisCounters
    let logger: Logger
    let node: NodeID
    let deliver: @Sendable (RoutedBroadcast) -> Void
    let channelPrefix: [UInt8]
    /// How messages of this very node begin.
    let ownPrefix: [UInt8]
    /// How presence diffs begin.
    let presencePrefix = Array(PresenceInlet.messagePrefix.utf8)
    let probeChannel: String
    let probeChannelBytes: [UInt8]
    var malformedLog = MalformedLog()
    var probe: Probe

    private let eventLoop: any EventLoop
    private let stopped: EventLoopPromise<Void>
    var subscriber: RedisLink?
    private var publisher: RedisLink?
    /// Whether the current read brought answers to SUBSCRIBE or UNSUBSCRIBE, and who waited for them.
    var hasSubscriptionAnswers = false
    var confirmed: [EventLoopPromise<Void>] = []
    var refusalLog = RefusalLog()
    private var watch: RepeatedTask?
    private var lostAt: NIODeadline?
    private var isStopping = false
    /// Whether there has ever been a connection to publish on.
    var hasHadPublisher = false
    private var hasLoggedProbeRefusal = false
    private var looksForMasterAt = NIODeadline.now()
    /// Whether the subscriber was deaf, and has not proved since that it hears.
    private var isHearingInDoubt = false

    init(
        shard: RedisShard,
        node: NodeID,
        stopped: EventLoopPromise<Void>,
        deliver: @escaping @Sendable (RoutedBroadcast) -> Void
    ) {
        self.shard = shard
        self.node = node
        self.stopped = stopped
        self.deliver = deliver
        configuration = shard.configuration
        counters = shard.counters
        eventLoop = shard.eventLoop
        var logger = shard.logger
        logger[metadataKey: "redis.address"] = "\(configuration.address)"
        self.logger = logger
        channelPrefix = Array(configuration.channelPrefix.utf8)
        ownPrefix = Array("cs1 \(node) ".utf8)
        // Under the prefix, so that an ACL for the prefix covers it.
        probeChannel = "\(configuration.channelPrefix)channelsocket.probe:\(node):\(shard.index)"
        probeChannelBytes = Array(probeChannel.utf8)
        probe = Probe(interval: configuration.probeInterval, timeout: configuration.probeTimeout)
    }

    // MARK: Life cycle

    func start() {
        shard.inbox.withLock {
            $0.node = node.description
            $0.closedBecause = "connecting"
        }
        setDisconnected("connecting")
        let subscriber = makeLink(.subscriber)
        let publisher = makeLink(.publisher)
        (self.subscriber, self.publisher) = (subscriber, publisher)
        subscriber.start()
        publisher.start()
        let shortest = min(configuration.subscribeTimeout, configuration.probeInterval, configuration.probeTimeout)
        let interval = TimeAmount.nanoseconds(max(10_000_000, min(shortest.nanoseconds / 4, 250_000_000)))
        let links = NIOLoopBound(self, eventLoop: eventLoop)
        watch = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            links.value.tick(now: .now())
        }
    }

    func stop() {
        guard !isStopping else { return }
        isStopping = true
        shard.inbox.withLock { $0.closedBecause = "stopped" }
        sendCommands()
        guard let connection = publisher?.readyConnection, !connection.isIdle else { return stopLinks() }
        eventLoop.assumeIsolated().scheduleTask(in: configuration.shutdownTimeout) { self.stopLinks() }
    }

    private func stopLinks() {
        guard let watch else { return }
        watch.cancel()
        self.watch = nil
        setDisconnected("stopped")
        subscriber?.stop()
        publisher?.stop()
    }

    func linkFinished(_ link: RedisLink) {
        switch link.role {
        case .subscriber: subscriber = nil
        case .publisher: publisher = nil
        }
        guard subscriber == nil, publisher == nil else { return }
        setDisconnected("stopped")
        let waiters = shard.withSubscriptions { state in
            state.table.linkDown()
            state.isPublisherReady = false
            return state.table.removeWaiters()
        }
        for waiter in waiters { waiter.fail(PubSubError(.disconnected, "stopped")) }
        shard.discardCommands()
        shard.stopped()
        stopped.succeed(())
    }

    private func makeLink(_ role: RedisLink.Role) -> RedisLink {
        RedisLink(
            role: role,
            configuration: configuration,
            settings: .init(configuration: configuration, role: role, node: node, probeChannel: probeChannel),
            eventLoop: eventLoop,
            events: self
        )
    }

    // MARK: Link events

    func linkReady(_ link: RedisLink) {
        logger.debug("Connected to Redis", metadata: ["redis.role": "\(link.role.rawValue)"])
        switch link.role {
        case .subscriber: break
        case .publisher:
            hasHadPublisher = true
            shard.withSubscriptions { $0.isPublisherReady = true }
            if !isStopping { shard.inbox.withLock { $0.closedBecause = nil } }
        }
        startSubscribing()
        probe.reset(now: .now())
        noteRecovery()
    }

    func linkLost(_ link: RedisLink, because reason: RedisCloseReason) {
        switch link.role {
        case .subscriber:
            shard.withSubscriptions { $0.table.linkDown() }
        case .publisher:
            shard.withSubscriptions { $0.isPublisherReady = false }
            shard.inbox.withLock { $0.closedBecause = "\(reason)" }
            shard.discardCommands()
        }
        probe.reset(now: .now())
        if reason == .deaf { isHearingInDoubt = true }
        setDisconnected("\(link.role.rawValue): \(reason)")
        if lostAt == nil { lostAt = .now() }
        // Last, so that who sees the count sees the consequences.
        if !isStopping {
            if link.role == .subscriber { counters.gaps.increment() }
            counters.reconnects.increment()
        }
        // The caller learns nothing of this by itself, so it is worth more than the usual level.
        logger.warning(
            "Lost the connection to Redis",
            metadata: ["redis.role": "\(link.role.rawValue)", "reason": "\(reason)"])
    }

    func linkFailed(
        _ link: RedisLink, because reason: RedisCloseReason, failures: Int, retryingIn delay: TimeAmount
    ) {
        if lostAt == nil { lostAt = .now() }
        if link.role == .publisher { shard.inbox.withLock { $0.closedBecause = "\(reason)" } }
        setDisconnected("\(link.role.rawValue): \(reason)")
        // An outage of hours is not worth a line every other second.
        guard failures.nonzeroBitCount == 1 else { return }
        logger.info(
            "Reconnecting to Redis",
            metadata: [
                "redis.role": "\(link.role.rawValue)", "reason": "\(reason)", "attempt": "\(failures)",
                "delay": "\(delay.nanoseconds / 1_000_000) ms",
            ])
    }

    private func setDisconnected(_ reason: String) {
        shard.withSubscriptions { $0.disconnectReason = reason }
    }

    /// Says so when everything works again, but for topics that Redis refuses.
    private func noteRecovery() {
        let topics = shard.withSubscriptions { state -> Int? in
            guard state.disconnectReason != nil, state.isPublisherReady, state.table.isRestored, !isHearingInDoubt
            else { return nil }
            state.disconnectReason = nil
            return state.table.wanted
        }
        guard let topics else { return }
        var metadata: Logger.Metadata = ["topics": "\(topics)"]
        if let lostAt { metadata["gap"] = "\((NIODeadline.now() - lostAt).nanoseconds / 1_000_000) ms" }
        logger.info(lostAt == nil ? "Connected to Redis" : "Recovered the connection to Redis", metadata: metadata)
        lostAt = nil
    }

    // MARK: Commands

    /// Sends what has gathered in the inbox.
    func sendCommands() {
        guard let connection = publisher?.readyConnection else { return shard.discardCommands() }
        let batch = shard.inbox.withLock { $0.take() }
        guard !batch.commands.isEmpty else { return }
        connection.send(batch.buffer, answeredTo: batch.commands)
    }

    /// Connects anew.
    ///
    /// After a failover the address may lead to the new master, and only the old connections to its replica. Not too
    /// often, as there may be no other; and not before the answers are handled that came with the refusal.
    func redisIsReadOnly() {
        guard !isStopping, looksForMasterAt <= .now() else { return }
        looksForMasterAt = .now() + configuration.readOnlyRetryInterval
        subscriber?.readyConnection?.closeAfterRead(.readOnly)
        publisher?.readyConnection?.closeAfterRead(.readOnly)
    }

    func publishAnswered(failed: PubSubError.Code?) {
        if let failed { counters.countFailure(failed) } else { counters.published.increment() }
    }

    func readCompleted(answeredCommands: Int, answeredBytes: Int) {
        if answeredCommands > 0 {
            shard.inbox.withLock { $0.release(commands: answeredCommands, bytes: answeredBytes) }
            if isStopping, publisher?.readyConnection?.isIdle == true { stopLinks() }
        }
        guard hasSubscriptionAnswers else { return }
        hasSubscriptionAnswers = false
        // First, so that who is told of a subscription does not find the bus in trouble.
        noteRecovery()
        let waiters = confirmed
        confirmed = []
        for waiter in waiters { waiter.succeed(()) }
        logRefusals()
        sendSubscriptions()
    }

    // MARK: Time

    private func tick(now: NIODeadline) {
        let (expired, reason, needsFlush) = shard.withSubscriptions { state in
            (
                state.table.expired(now: now), state.table.isLinkUp ? nil : state.disconnectReason,
                state.table.retryRefused(now: now)
            )
        }
        if needsFlush { sendSubscriptions() }
        for waiter in expired {
            waiter.fail(
                reason.map { PubSubError(.disconnected, $0) }
                    ?? PubSubError(.timeout, "Redis did not confirm the subscription in time"))
        }
        guard let publisher = publisher?.readyConnection, let subscriber = subscriber?.readyConnection else { return }
        switch probe.tick(now: now) {
        case .none: break
        case .send(let token): publisher.send(["PUBLISH", .text(probeChannel), .text(token)], answeredTo: .probe)
        case .deaf: subscriber.close(.deaf)
        }
    }

    /// A probe came back, so the subscriber hears.
    func probeSucceeded() {
        guard isHearingInDoubt else { return }
        isHearingInDoubt = false
        noteRecovery()
    }

    func probePublished() {
        probe.published(now: .now())
    }

    func probeRefused(message: String) {
        // That proves nothing about the subscriber.
        probe.refused(now: .now())
        probeSucceeded()
        guard !hasLoggedProbeRefusal else { return }
        hasLoggedProbeRefusal = true
        logger.warning(
            "Redis refuses the loop-back probe, so a deaf subscriber will not be noticed",
            metadata: ["reason": "\(message)", "redis.channel": "\(probeChannel)"]
        )
    }
}

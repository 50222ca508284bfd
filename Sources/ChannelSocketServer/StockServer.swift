internal import ChannelSocket
internal import ChannelSocketHTTP
internal import ChannelSocketRedis
internal import Hummingbird
public import Logging
internal import NIOCore
internal import NIOPosix
internal import PhoenixWire
internal import ServiceLifecycle
internal import UnixSignals

/// The stock server: one node that serves `room:*` channels, the chat page and its health over HTTP.
public struct StockServer: Sendable {
    /// The version of the server.
    public static let version = "0.1.0"

    private let configuration: ServerConfiguration
    private let logger: Logger

    /// Creates a server.
    ///
    /// - Parameters:
    ///   - configuration: where to listen and which nodes to join; also the level of the log.
    ///   - logger: takes the log.
    public init(configuration: ServerConfiguration, logger: Logger = Logger(label: "channelsocket")) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Serves until SIGTERM or SIGINT, or until the task is cancelled.
    ///
    /// The node is then drained as ``DrainConfiguration`` says, and the link to the other nodes goes last. A second
    /// signal ends the process at once, with exit code 143 (SIGTERM) or 130 (SIGINT).
    ///
    /// - Parameter onListening: called once with the URL when clients may come.
    /// - Throws: ``StartupError`` when the address can't be listened on.
    public func run(onListening: @escaping @Sendable (_ url: String) -> Void = { _ in }) async throws {
        var logger = logger
        logger.logLevel = configuration.logLevel
        logger[metadataKey: "node"] = .stringConvertible(configuration.node)
        reportLimits(logger)
        LargeAllocations.returnToSystem()

        let group = eventLoopGroup
        let access = try await AccessControl(
            configuration.access, node: configuration.node, eventLoopGroup: group, logger: logger
        )
        let redis = redisAdapter(on: group, logger: logger)
        let pubSub = PubSub(adapter: redis ?? LocalAdapter(), node: configuration.node, logger: logger)
        let store: any PresenceStore =
            redis.map { RedisPresenceStore(adapter: $0, logger: logger) }
            ?? MemoryPresenceStore()
        let presence = Presence(pubSub: pubSub, store: store, logger: logger)
        let drain = Drain(configuration.drain, logger: logger)
        let application = application(
            pubSub: pubSub, presence: presence, access: access, drain: drain, group: group, logger: logger,
            onListening: onListening
        )
        let watch = LinkWatch(disconnectReason: { pubSub.disconnectReason }, logger: logger)
        var services = ServiceGroupConfiguration(
            services: access.services + [pubSub, presence, watch, application, drain], gracefulShutdownSignals: [],
            logger: logger
        )
        services.maximumGracefulShutdownDuration = configuration.drain.longest
        do {
            try await run(ServiceGroup(configuration: services), drain: drain, logger: logger)
        } catch {
            throw StartupError(error, host: configuration.host, port: configuration.port) ?? error
        }
    }
}

extension StockServer {
    /// Runs all services until a signal, or the end of the task, has shut them down.
    private func run(_ services: ServiceGroup, drain: Drain, logger: Logger) async throws {
        let signals = await ShutdownSignals(logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                await signals.run { signal in
                    if signal == .sigint { drain.skipDelay() }
                    await services.triggerGracefulShutdown()
                }
            }
            defer { tasks.cancelAll() }
            try await services.run()
        }
    }

    /// The threads that serve clients: one a core, at most the 64 that pub/sub can tell apart.
    private var eventLoopGroup: MultiThreadedEventLoopGroup {
        if configuration.eventLoopThreads == nil, System.coreCount <= 64 { return .singleton }
        return MultiThreadedEventLoopGroup(numberOfThreads: configuration.eventLoopThreads ?? 64)
    }

    /// The link to the other nodes, if there are any.
    private func redisAdapter(on group: any EventLoopGroup, logger: Logger) -> RedisAdapter? {
        guard let redis = configuration.redis else {
            logger.info("no Redis configured: this node is alone and keeps everything in memory")
            return nil
        }
        logger.info(
            "joining other nodes through Redis",
            metadata: ["redis.address": "\(redis.address)", "redis.channel_prefix": "\(redis.channelPrefix)"]
        )
        return RedisAdapter(redis, eventLoopGroup: group, logger: logger)
    }

    private func reportLimits(_ logger: Logger) {
        guard let limit = FileDescriptorLimit.raise() else { return }
        let metadata: Logger.Metadata = ["limit.open_files": "\(limit.soft)"]
        if limit.soft < 10_000 {
            logger.warning("few open files allowed, so few clients: raise ulimit -n", metadata: metadata)
        } else {
            logger.info("open files allowed", metadata: metadata)
        }
    }

    private func application(
        pubSub: PubSub,
        presence: Presence,
        access: AccessControl,
        drain: Drain,
        group: any EventLoopGroup,
        logger: Logger,
        onListening: @escaping @Sendable (_ url: String) -> Void
    ) -> some ApplicationProtocol {
        let node = configuration.node
        let host = configuration.host
        let connect: Endpoint.Connect = { request in
            let result = await access.connect(request)
            guard case .accept(let id, var assigns, let lifetime) = result else { return result }
            // Who authenticates clients does not want them to choose their names.
            let user = access.authenticates ? assigns.claims?.subject : request.params["user"]
            assigns[RoomChannel.userKey] = user
            return .accept(id: id, assigns: assigns, lifetime: lifetime)
        }
        var limits = Endpoint.Configuration()
        limits.webSocket.maxOutboundBytes = configuration.maxOutboundBytes
        limits.webSocket.slowConsumerPolicy = configuration.slowConsumerPolicy
        limits.webSocket.drainWindow = TimeAmount(configuration.drain.window)
        let endpoint = Endpoint(
            configuration.socketPath, pubSub: pubSub, presence: presence, configuration: limits, logger: logger,
            connect: connect
        ) {
            Route("room:*") { _, payload, socket in
                let claims = try await access.claims(joiningWith: payload, socket: socket)
                if let subject = claims?.subject { socket.assign(RoomChannel.userKey, subject) }
                return try RoomChannel(node: node)
            }
        }
        // Hummingbird's only word at info level is that it listens, which `onListening` says better.
        var httpLogger = logger
        if logger.logLevel == .info { httpLogger.logLevel = .notice }
        let router = Router()
        ChatPage(node: node.description, socketPath: configuration.socketPath).addRoutes(to: router)
        let health: @Sendable () -> HealthReport = { [backend = configuration.redis == nil ? "memory" : "redis"] in
            HealthReport(pubSub: pubSub, presence: presence, backend: backend, isDraining: drain.isDraining)
        }
        HealthController(report: health, isDraining: { drain.isDraining }).addRoutes(to: router)
        APIController(pubSub: pubSub, presence: presence, access: access, health: health).addRoutes(to: router)
        return Application(
            router: router,
            server: .channelSocket(mounts: [endpoint], statistics: pubSub.statistics),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: configuration.port), backlog: configuration.backlog
            ),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                onListening("http://\(host.contains(":") ? "[\(host)]" : host):\(port)")
            },
            eventLoopGroupProvider: .shared(group),
            logger: httpLogger
        )
    }
}

internal import ChannelSocket
internal import ChannelSocketHTTP
internal import ChannelSocketRedis
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import NIOPosix

extension StockServer {
    /// What a node is made of.
    struct Parts: Sendable {
        let group: MultiThreadedEventLoopGroup
        let pubSub: PubSub
        let presence: Presence
        let access: AccessControl
        let channels: DeclaredChannels
        let endpoint: Endpoint
        let table: RouteTable
        let certificate: ServerCertificate?
        let drain: Drain
        let observation: Observation
        let admin: AdminConfiguration

        /// Takes up what a running node can take up of another configuration: all of it, or nothing if there is a
        /// mistake anywhere.
        func update(to configuration: ServerConfiguration) async throws {
            guard configuration.tls.isOn == (certificate != nil) else {
                throw ServerCertificateError("tls.certificate", "can't turn TLS on or off without a restart")
            }
            let rules = try channels.rules(for: try table.declarations(of: configuration))
            let newCertificate = try certificate.map { _ in try ServerCertificate(configuration.tls) }
            // The page keeps the key of the start, and so the API, which takes it too, must keep it.
            let newAccess = try await access.update(to: admin.access(addingTo: configuration.access))
            // Nothing fails from here on.
            if let newCertificate { certificate?.replace(with: newCertificate) }
            access.apply(newAccess)
            channels.replace(with: rules)
            var newEndpoint = configuration.endpoint
            // The node waits for its end as long as it was told at the start, whatever the connections do.
            newEndpoint.webSocket.drainWindow = endpoint.configuration.webSocket.drainWindow
            endpoint.update(configuration: newEndpoint) { table.routes(before: channels) }
        }
    }

    /// Makes the parts.
    ///
    /// - Parameters:
    ///   - group: the threads that serve clients.
    ///   - logger: takes the log.
    /// - Returns: the parts.
    /// - Throws: ``ConfigurationError``, ``RouteConflict``, ``UnloadedWebhook`` and the errors of keys and certificates.
    func assemble(on group: MultiThreadedEventLoopGroup, logger: Logger) async throws -> Parts {
        if let problem = configuration.metrics.pathProblem {
            throw ConfigurationError(problems: [ConfigurationProblem("metrics.path", from: .unset, problem)])
        }
        let declarations = try table.declarations(of: configuration)
        let certificate = configuration.tls.isOn ? try ServerCertificate(configuration.tls) : nil
        let access = try await AccessControl(
            configuration.admin.access(addingTo: configuration.access), node: node, eventLoopGroup: group,
            logger: logger
        )
        let tracer = OTLPTracer(
            configuration.tracing, node: node, eventLoopGroup: group, logger: logger, factory: registry
        )
        let redis = redisAdapter(on: group, logger: logger)
        let pubSub = PubSub(
            adapter: redis ?? LocalAdapter(), node: node, maxBacklogBytes: configuration.limits.maxBacklogBytes,
            logger: logger, metricsFactory: registry,
            tracer: configuration.tracing.endpoint == nil ? nil : tracer
        )
        let store: any PresenceStore =
            redis.map { RedisPresenceStore(adapter: $0, configuration: configuration.presence.redis, logger: logger) }
            ?? MemoryPresenceStore(configuration: configuration.presence.presence)
        let presence = Presence(
            pubSub: pubSub, store: store, configuration: configuration.presence.presence, logger: logger
        )
        let channels = try DeclaredChannels(
            declarations,
            hooks: access.webhooks,
            node: node,
            statistics: pubSub.statistics,
            claims: { payload, socket in try await access.claims(joiningWith: payload, socket: socket) }
        )
        let endpoint = Endpoint(
            configuration.listen.path,
            pubSub: pubSub,
            presence: presence,
            configuration: configuration.endpoint,
            logger: logger,
            connect: { request in
                let result = await access.connect(request)
                guard case .accept(let id, var assigns, let lifetime) = result else { return result }
                assigns[ConnectionParams.assign] = ConnectionParams(request.params, keeping: channels.params)
                return .accept(id: id, assigns: assigns, lifetime: lifetime)
            },
            routes: { table.routes(before: channels) }
        )
        return Parts(
            group: group, pubSub: pubSub, presence: presence, access: access, channels: channels, endpoint: endpoint,
            table: table, certificate: certificate, drain: Drain(configuration.drain, logger: logger),
            observation: Observation(
                NodeStatus(pubSub: pubSub, redis: redis), access: access, tracer: tracer, registry: registry, on: group,
                logger: logger
            ),
            admin: configuration.admin
        )
    }

    /// Makes what clients talk to.
    func application(
        of parts: Parts, logger: Logger, onListening: @escaping @Sendable (_ url: String) -> Void
    ) -> some ApplicationProtocol {
        // Hummingbird's only word at info level is that it listens, which `onListening` says better.
        var httpLogger = logger
        if logger.logLevel == .info { httpLogger.logLevel = .notice }
        let host = configuration.listen.host
        var http = configuration.http
        if let certificate = parts.certificate { http.encryption = { try certificate.encrypt($0) } }
        let scheme = parts.certificate == nil ? "http" : "https"
        http.connections = connections(within: FileDescriptorLimit.raise())
        return Application(
            router: router(of: parts),
            server: .channelSocket(
                mounts: [parts.endpoint], configuration: http, statistics: parts.pubSub.statistics
            ),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: configuration.listen.port), backlog: configuration.listen.backlog
            ),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                onListening("\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)")
            },
            eventLoopGroupProvider: .shared(parts.group),
            logger: httpLogger
        )
    }

    private func router(of parts: Parts) -> Router<BasicRequestContext> {
        let router = Router()
        ChatPage(node: node.description, socketPath: configuration.listen.path).addRoutes(to: router)
        let backend = configuration.redis.server == nil ? "memory" : "redis"
        let (pubSub, presence, drain) = (parts.pubSub, parts.presence, parts.drain)
        let health: @Sendable () -> HealthReport = {
            HealthReport(pubSub: pubSub, presence: presence, backend: backend, isDraining: drain.isDraining)
        }
        HealthController(report: health, isDraining: { drain.isDraining }).addRoutes(to: router)
        let roster = parts.observation.roster
        APIController(
            pubSub: pubSub, presence: presence, access: parts.access, health: health, nodes: { roster.nodes }
        )
        .addRoutes(to: router)
        parts.observation.addRoutes(to: router, metrics: configuration.metrics, admin: configuration.admin)
        return router
    }

    /// Has the threads that serve clients, as long as they are needed: one a core, at most the 64 that pub/sub can tell
    /// apart.
    func withEventLoops(_ body: (MultiThreadedEventLoopGroup) async throws -> Void) async throws {
        if configuration.listen.eventLoops == nil, System.coreCount <= 64 { return try await body(.singleton) }
        try await MultiThreadedEventLoopGroup.withEventLoopGroup(
            numberOfThreads: configuration.listen.eventLoops ?? 64, body
        )
    }

    /// How many connections there may be: as configured, or as many as there are files for.
    func connections(within files: FileDescriptorLimit?) -> ConnectionLimits {
        let configured = configuration.http.connections
        guard let files else { return configured }
        let eventLoops = configuration.listen.eventLoops ?? min(System.coreCount, 64)
        return configured.fitting(openFiles: Int(clamping: files.soft), eventLoops: eventLoops)
    }

    /// The link to the other nodes, if there are any.
    private func redisAdapter(on group: any EventLoopGroup, logger: Logger) -> RedisAdapter? {
        guard let redis = configuration.redis.configuration else {
            logger.info("no Redis configured: this node is alone and keeps everything in memory")
            return nil
        }
        logger.info(
            "joining other nodes through Redis",
            metadata: ["redis.address": "\(redis.address)", "redis.channel_prefix": "\(redis.channelPrefix)"]
        )
        return RedisAdapter(redis, eventLoopGroup: group, logger: logger)
    }
}

extension ServerConfiguration {
    /// What concerns sockets.
    fileprivate var endpoint: Endpoint.Configuration {
        var endpoint = Endpoint.Configuration()
        endpoint.limits = limits.socket
        endpoint.webSocket = limits.webSocket
        endpoint.webSocket.drainWindow = TimeAmount(drain.window)
        endpoint.originCheck = OriginCheck(isEnabled: origins.isChecked, allowed: origins.allowed)
        return endpoint
    }

    /// What concerns connections.
    var http: MountedHTTPChannel.Configuration {
        var connections = limits.connections
        connections.trustedProxies =
            proxies.trusted.isEmpty ? .none : TrustedProxies(networks: proxies.trusted, headerField: proxies.header)
        return MountedHTTPChannel.Configuration(
            http1: MountedHTTPChannel.Configuration.http1(
                idleTimeout: limits.httpIdleTimeout, maxHeaderBytes: limits.maxHeaderBytes,
                maxHeaderFields: limits.maxHeaderFields
            ),
            handshakeTimeout: limits.handshakeTimeout, decisionTimeout: limits.connectTimeout,
            connections: connections, noDelay: listen.noDelay
        )
    }
}

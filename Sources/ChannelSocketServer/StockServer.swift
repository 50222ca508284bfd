public import ChannelSocket
internal import ChannelSocketHTTP
internal import ChannelSocketRedis
internal import Hummingbird
public import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import UnixSignals

/// The stock server: one node that serves declared channels, the chat page and its health over HTTP.
///
/// Handlers written in Swift share its route table, and everything else that is configured holds for them too:
///
/// ```swift
/// let server = try await StockServer(configurationFile: "server.yml") {
///     Route("game:*", GameChannel.self)
/// }
/// try await server.run()
/// ```
///
/// The handlers come first, in their order, then the declared channels, in theirs; the first whose pattern matches a
/// topic has it. A pattern for which nothing is left behind those before it is a ``RouteConflict``. A reload replaces
/// the declared channels and leaves the handlers, and those whom they serve, alone.
public struct StockServer: Sendable {
    /// The version of the server.
    public static let version = "0.1.0"

    let configuration: ServerConfiguration
    let node: NodeID
    let table: RouteTable
    private let loaded: LoadedConfiguration?
    private let logger: Logger
    let registry: PrometheusRegistry

    /// Creates a server.
    ///
    /// - Parameters:
    ///   - configuration: where to listen and which nodes to join; also the level of the log.
    ///   - logger: takes the log.
    ///   - registry: takes the metrics, for `/metrics`.
    ///   - routes: the handlers written in Swift, which come before the declared channels.
    public init(
        configuration: ServerConfiguration,
        logger: Logger = Logger(label: "channelsocket"),
        registry: PrometheusRegistry = PrometheusRegistry(),
        @RouteBuilder routes: () -> [Route] = { [] }
    ) {
        self.init(configuration, loaded: nil, logger: logger, registry: registry, routes: routes())
    }

    /// Creates a server that reads its configuration again when it is told to, or when the file changes.
    ///
    /// - Parameters:
    ///   - loaded: the configuration, and where it came from.
    ///   - logger: takes the log.
    ///   - registry: takes the metrics, for `/metrics`.
    ///   - routes: the handlers written in Swift, which come before the declared channels.
    package init(
        loaded: LoadedConfiguration,
        logger: Logger = Logger(label: "channelsocket"),
        registry: PrometheusRegistry = PrometheusRegistry(),
        routes: [Route] = []
    ) {
        self.init(loaded.configuration, loaded: loaded, logger: logger, registry: registry, routes: routes)
    }

    private init(
        _ configuration: ServerConfiguration, loaded: LoadedConfiguration?, logger: Logger,
        registry: PrometheusRegistry, routes: [Route]
    ) {
        table = RouteTable(handlers: routes)
        self.configuration = configuration
        self.loaded = loaded
        self.registry = registry
        self.logger = logger
        // A name that a person recognises, and a part that no earlier start of the node had.
        node = configuration.nodeName.flatMap { NodeID("\($0)_\(NodeID())") } ?? NodeID()
    }

    /// Serves until SIGTERM or SIGINT, or until the task is cancelled.
    ///
    /// The node is then drained as ``DrainConfiguration`` says, and the link to the other nodes goes last. A second
    /// signal ends the process at once, with exit code 143 (SIGTERM) or 130 (SIGINT).
    ///
    /// - Parameters:
    ///   - onListening: called once with the URL when clients may come.
    ///   - work: runs beside the server, and may broadcast and disconnect through its endpoint. It is cancelled when
    ///     the clients have been told to go elsewhere; when it returns, the server goes on.
    /// - Throws: ``RouteConflict`` when a topic has two places in the route table, ``StartupError`` when the address
    ///   can't be listened on, ``ConfigurationError`` for a path of the metrics at which there is something else, and
    ///   what `work` throws, which ends the server.
    public func run(
        onListening: @escaping @Sendable (_ url: String) -> Void = { _ in },
        alongside work: (@Sendable (Endpoint) async throws -> Void)? = nil
    ) async throws {
        var logger = logger
        logger.logLevel = configuration.logging.level
        logger[metadataKey: "node"] = .stringConvertible(node)
        reportLimits(logger)
        loaded?.logWarnings(to: logger)
        LargeAllocations.returnToSystem()
        let running = logger
        try await withEventLoops { group in
            try await run(on: group, logger: running, onListening: onListening, alongside: work)
        }
    }

    private func run(
        on eventLoops: MultiThreadedEventLoopGroup, logger: Logger,
        onListening: @escaping @Sendable (_ url: String) -> Void,
        alongside work: (@Sendable (Endpoint) async throws -> Void)?
    ) async throws {
        let parts = try await assemble(on: eventLoops, logger: logger)
        var services: [any Service] = parts.access.services + [parts.pubSub, parts.presence]
        services += parts.observation.services
        services.append(
            LinkWatch(disconnectReason: { [pubSub = parts.pubSub] in pubSub.disconnectReason }, logger: logger))
        services.append(HeapTrim(logger: logger))
        if let loaded {
            services.append(
                await ConfigurationReload(of: loaded, logger: logger) { new in try await parts.update(to: new) }
            )
        }
        if let work { services.append(AttachedWork(endpoint: parts.endpoint, work: work)) }
        services.append(application(of: parts, logger: logger, onListening: onListening))
        services.append(parts.drain)
        var group = ServiceGroupConfiguration(services: services, gracefulShutdownSignals: [], logger: logger)
        group.maximumGracefulShutdownDuration = configuration.drain.longest
        do {
            try await run(ServiceGroup(configuration: group), drain: parts.drain, logger: logger)
        } catch {
            throw StartupError(error, host: configuration.listen.host, port: configuration.listen.port) ?? error
        }
    }

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

    private func reportLimits(_ logger: Logger) {
        guard let limit = FileDescriptorLimit.raise() else { return }
        var metadata: Logger.Metadata = ["limit.open_files": "\(limit.soft)"]
        let (wanted, had) = (configuration.limits.connections, connections(within: limit))
        guard had.maxWebSockets < wanted.maxWebSockets || had.maxOthers < wanted.maxOthers else {
            return logger.info("open files allowed", metadata: metadata)
        }
        metadata["limits.max_connections"] = "\(had.maxWebSockets) instead of \(wanted.maxWebSockets)"
        metadata["limits.max_http_connections"] = "\(had.maxOthers) instead of \(wanted.maxOthers)"
        logger.warning(
            "fewer connections than configured, for want of open files: raise ulimit -n", metadata: metadata
        )
    }
}

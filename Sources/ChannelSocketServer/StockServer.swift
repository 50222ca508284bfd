internal import ChannelSocket
internal import ChannelSocketRedis
internal import Hummingbird
public import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import UnixSignals

/// The stock server: one node that serves declared channels, the chat page and its health over HTTP.
public struct StockServer: Sendable {
    /// The version of the server.
    public static let version = "0.1.0"

    let configuration: ServerConfiguration
    let node: NodeID
    private let loaded: LoadedConfiguration?
    private let logger: Logger
    let registry: PrometheusRegistry

    /// Creates a server.
    ///
    /// - Parameters:
    ///   - configuration: where to listen and which nodes to join; also the level of the log.
    ///   - logger: takes the log.
    ///   - registry: takes the metrics, for `/metrics`.
    public init(
        configuration: ServerConfiguration,
        logger: Logger = Logger(label: "channelsocket"),
        registry: PrometheusRegistry = PrometheusRegistry()
    ) {
        self.init(configuration, loaded: nil, logger: logger, registry: registry)
    }

    /// Creates a server that reads its configuration again when it is told to, or when the file changes.
    ///
    /// - Parameters:
    ///   - loaded: the configuration, and where it came from.
    ///   - logger: takes the log.
    ///   - registry: takes the metrics, for `/metrics`.
    package init(
        loaded: LoadedConfiguration,
        logger: Logger = Logger(label: "channelsocket"),
        registry: PrometheusRegistry = PrometheusRegistry()
    ) {
        self.init(loaded.configuration, loaded: loaded, logger: logger, registry: registry)
    }

    private init(
        _ configuration: ServerConfiguration, loaded: LoadedConfiguration?, logger: Logger, registry: PrometheusRegistry
    ) {
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
    /// - Parameter onListening: called once with the URL when clients may come.
    /// - Throws: ``StartupError`` when the address can't be listened on.
    public func run(onListening: @escaping @Sendable (_ url: String) -> Void = { _ in }) async throws {
        var logger = logger
        logger.logLevel = configuration.logging.level
        logger[metadataKey: "node"] = .stringConvertible(node)
        reportLimits(logger)
        LargeAllocations.returnToSystem()

        let parts = try await assemble(logger: logger)
        var services: [any Service] = parts.access.services + [parts.pubSub, parts.presence]
        services += parts.observation.services
        services.append(
            LinkWatch(disconnectReason: { [pubSub = parts.pubSub] in pubSub.disconnectReason }, logger: logger))
        if let loaded {
            services.append(
                await ConfigurationReload(of: loaded, logger: logger) { new in try await parts.update(to: new) }
            )
        }
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
        let metadata: Logger.Metadata = ["limit.open_files": "\(limit.soft)"]
        if limit.soft < 10_000 {
            logger.warning("few open files allowed, so few clients: raise ulimit -n", metadata: metadata)
        } else {
            logger.info("open files allowed", metadata: metadata)
        }
    }
}

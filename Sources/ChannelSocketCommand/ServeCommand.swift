internal import ArgumentParser
internal import ChannelSocketServer
internal import CoreMetrics
internal import Logging

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Runs one node until SIGTERM or SIGINT, which drain it.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run one node.",
        discussion: """
            Every option can also be given in the environment, by the name in brackets; an option wins. Without \
            --redis the node is alone and keeps everything in memory; nodes with the same --redis are one cluster.

            SIGTERM drains the node, which then exits with 0: /health turns 503, and after the drain delay clients are \
            told to come back (close code 1012), spread over the drain window. SIGINT does the same without the delay. \
            A second signal ends the process at once, with exit code 143 (SIGTERM) or 130 (SIGINT).
            """
    )

    @Option(help: "Address to listen on; 0.0.0.0 for all. [CHANNELSOCKET_HOST] (default: 127.0.0.1)")
    var host: String?

    @Option(help: "Port to listen on; 0 lets the system choose. [PORT] (default: 4000)")
    var port: String?

    @Option(
        help: ArgumentHelp(
            "Redis that joins the nodes: redis://[user:password@]host[:port] or unix:///path. [REDIS_URL]",
            discussion: "A password belongs into the environment: options can be seen in the list of processes.",
            valueName: "url"
        )
    )
    var redis: String?

    @Option(help: "Where the socket is mounted. [CHANNELSOCKET_PATH] (default: /socket)")
    var path: String?

    @Option(
        help: ArgumentHelp(
            "What precedes a topic in its Redis channel. [CHANNELSOCKET_CHANNEL_PREFIX] (default: channels:)",
            valueName: "prefix"
        )
    )
    var channelPrefix: String?

    @Option(
        help: ArgumentHelp(
            "Number of event loops. [CHANNELSOCKET_THREADS] (default: one a core)", valueName: "number"
        )
    )
    var threads: String?

    @Option(
        help: ArgumentHelp(
            "Connections that may wait to be accepted. [CHANNELSOCKET_BACKLOG] (default: 4096)", valueName: "number"
        )
    )
    var backlog: String?

    @Option(
        help: ArgumentHelp(
            "Bytes that may wait for a client that does not read. [CHANNELSOCKET_MAX_OUTBOUND_BYTES] (default: 4194304)",
            valueName: "bytes"
        )
    )
    var maxOutboundBytes: String?

    @Option(
        help: ArgumentHelp(
            "close: end clients that do not read; drop: drop broadcasts for them. [CHANNELSOCKET_SLOW_CONSUMERS] (default: close)",
            valueName: "policy"
        )
    )
    var slowConsumers: String?

    @Option(
        help: ArgumentHelp(
            "Seconds between SIGTERM (/health turns 503) and the first close. [CHANNELSOCKET_DRAIN_DELAY] (default: 3)",
            valueName: "seconds"
        )
    )
    var drainDelay: String?

    @Option(
        help: ArgumentHelp(
            "Seconds over which open WebSockets are then closed. [CHANNELSOCKET_DRAIN_WINDOW] (default: 5)",
            valueName: "seconds"
        )
    )
    var drainWindow: String?

    @Option(
        help: ArgumentHelp(
            "What the node's identity begins with. [CHANNELSOCKET_NODE_NAME] (default: random)", valueName: "name"
        )
    )
    var nodeName: String?

    @Option(
        help: ArgumentHelp(
            "trace, debug, info, notice, warning, error or critical. [LOG_LEVEL] (default: info)", valueName: "level"
        )
    )
    var logLevel: String?

    // Validating here, rather than in run, shows the usage of this command with what is wrong.
    func validate() throws {
        _ = try serverConfiguration()
    }

    func run() async throws {
        let configuration = try serverConfiguration()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        try await StockServer(configuration: configuration, registry: registry).run { url in
            print("listening on \(url)")
            // Standard output is buffered when it is not a terminal, and others wait for this line.
            fflush(nil)
        }
    }

    private func serverConfiguration() throws -> ServerConfiguration {
        try ServerConfiguration(flags: [
            .host: host, .port: port, .redisURL: redis, .socketPath: path, .channelPrefix: channelPrefix,
            .threads: threads, .backlog: backlog, .maxOutboundBytes: maxOutboundBytes,
            .slowConsumers: slowConsumers, .drainDelay: drainDelay, .drainWindow: drainWindow, .nodeName: nodeName,
            .logLevel: logLevel,
        ])
    }
}

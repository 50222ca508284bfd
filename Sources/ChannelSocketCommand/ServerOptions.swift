internal import ArgumentParser
internal import ChannelSocketServer

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The options that make up the configuration of a server.
struct ServerOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("File with the settings, YAML or JSON. [CHANNELSOCKET_CONFIG]", valueName: "file")
    )
    var config: String?

    @Option(
        help: ArgumentHelp(
            "A setting by its name in the file, such as limits.max_channels=50; may be repeated.",
            valueName: "key=value"
        )
    )
    var set: [String] = []

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
            "Bytes that may wait for a client that does not read. [CHANNELSOCKET_MAX_OUTBOUND_BYTES] (default: 4MiB)",
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
            "How long after SIGTERM (/health turns 503) the first client is closed. [CHANNELSOCKET_DRAIN_DELAY] (default: 3s)",
            valueName: "time"
        )
    )
    var drainDelay: String?

    @Option(
        help: ArgumentHelp(
            "The time over which clients are then closed. [CHANNELSOCKET_DRAIN_WINDOW] (default: 5s)",
            valueName: "time"
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

    // What is wrong with the options themselves is told with the usage of the command; a file is read later.
    func validate() throws {
        do throws(ConfigurationError) {
            _ = try LoadedConfiguration(withoutFile: sources())
        } catch {
            throw ValidationError(error.description)
        }
    }
}

extension ServerOptions {
    /// The exit code for a configuration file with mistakes, `EX_CONFIG`.
    static let badConfiguration = ExitCode(78)

    /// Reads the configuration.
    ///
    /// - Returns: the configuration.
    /// - Throws: an exit code, when everything that is wrong with it has been told.
    func load() async throws -> LoadedConfiguration {
        do throws(ConfigurationError) {
            return try await LoadedConfiguration(from: sources())
        } catch {
            let text = error.problems.map { "Error: \($0)\n" }.joined()
            // Swift 6 does not let go of C's `stderr`.
            _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
            throw Self.badConfiguration
        }
    }

    private func sources() throws(ConfigurationError) -> ConfigurationSources {
        var flags: [String: String] = [:]
        for assignment in set {
            guard let equals = assignment.firstIndex(of: "=") else { throw .malformedAssignment(assignment) }
            flags[String(assignment[..<equals])] = String(assignment[assignment.index(after: equals)...])
        }
        let ownFlags = [
            "listen.host": host, "listen.port": port, "listen.path": path, "listen.backlog": backlog,
            "listen.event_loops": threads, "node.name": nodeName, "redis.url": redis,
            "redis.channel_prefix": channelPrefix, "limits.max_outbound_bytes": maxOutboundBytes,
            "limits.slow_consumers": slowConsumers, "drain.delay": drainDelay, "drain.window": drainWindow,
            "logging.level": logLevel,
        ]
        flags.merge(ownFlags.compactMapValues(\.self)) { _, own in own }
        return ConfigurationSources(flags: flags, environment: ProcessInfo.processInfo.environment, file: config)
    }
}

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
            Every setting can be given in a file, in the environment and by an option; an option wins over the \
            environment, and that over the file. The names in brackets are those of the environment. Without --redis \
            the node is alone and keeps everything in memory; nodes with the same --redis are one cluster.

            SIGTERM drains the node, which then exits with 0: /health turns 503, and after the drain delay clients are \
            told to come back (close code 1012), spread over the drain window. SIGINT does the same without the delay. \
            A second signal ends the process at once. SIGHUP reads the configuration again, as does a change of its file.

            Exit codes: 0 after a drain, 1 when it can't start, as when the port is in use, 64 for options that make no \
            sense, 78 for a configuration file with mistakes, 143 (SIGTERM) or 130 (SIGINT) after a second signal.

            Examples:
              channelsocket serve --config channelsocket.yml
              REDIS_URL=redis://127.0.0.1:6379 channelsocket serve --host 0.0.0.0
            """
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let loaded = try await options.load()
        LoggingSystem.bootstrap { loaded.configuration.logging.format.makeHandler(label: $0) }
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        try await StockServer(loaded: loaded, registry: registry).run { url in
            print("listening on \(url)")
            // Standard output is buffered when it is not a terminal, and others wait for this line.
            fflush(nil)
        }
    }
}

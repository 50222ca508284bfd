internal import ArgumentParser
internal import ChannelSocketServer
internal import Logging

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Runs one node until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run one node.",
        discussion: """
            Every setting can be given in a file, in the environment and by an option; an option wins over the \
            environment, and that over the file. The names in brackets are those of the environment. Without --redis \
            the node is alone and keeps everything in memory; nodes with the same --redis are one cluster.
            """
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let loaded = try await options.load()
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        try await StockServer(configuration: loaded.configuration).run { url in
            print("listening on \(url)")
            // Standard output is buffered when it is not a terminal, and others wait for this line.
            fflush(nil)
        }
    }
}

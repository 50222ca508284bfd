internal import ArgumentParser
internal import ChannelSocketServer

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Asks a node for its health; the container's health check.
struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask a node for its health.",
        discussion: "Prints the report. The exit code is 0 when the node serves clients, degraded or not, else 1."
    )

    @Option(help: "The node's address or name.")
    var host = "127.0.0.1"

    @Option(help: "The node's port. [PORT] (default: 4000)")
    var port: Int?

    func run() async throws {
        let port = port ?? ProcessInfo.processInfo.environment["PORT"].flatMap(Int.init) ?? 4000
        let answer = try await HealthProbe(host: host, port: port).ask()
        print(answer.body, terminator: "")
        guard answer.status == 200 else { throw ExitCode.failure }
    }
}

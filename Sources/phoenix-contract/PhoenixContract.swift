import ArgumentParser
import Foundation
import Logging

/// The command.
@main
struct PhoenixContract: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phoenix-contract",
        abstract: "Serves the channels that black-box tests of Phoenix servers expect.",
        discussion: """
            The mounts are /socket, /default (every limit at its default) and /echo (a plain WebSocket echo). The same \
            channels were run on Phoenix 1.8.12, so that a suite can compare the two. Not for production.
            """
    )

    @Option(help: "Port to listen on, on 127.0.0.1; 0 lets the system choose.")
    var port = 4000

    @Option(help: ArgumentHelp("Redis that joins several of these servers.", valueName: "url"))
    var redis: String?

    @Option(help: "How many event loops serve; one a core if not given.")
    var threads: Int?

    @Option(help: "What is logged to standard error, from trace to critical.")
    var logLevel = "critical"

    @Option(help: ArgumentHelp("After how many seconds a dead node's members leave.", valueName: "seconds"))
    var presenceLease = 15.0

    func validate() throws {
        guard Logger.Level(rawValue: logLevel) != nil else { throw ValidationError("there is no level \(logLevel)") }
        guard (1...64).contains(threads ?? 1) else { throw ValidationError("--threads must be from 1 to 64") }
        guard (0...65_535).contains(port) else { throw ValidationError("there is no port \(port)") }
    }

    func run() async throws {
        let level = Logger.Level(rawValue: logLevel) ?? .trace
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        let lease = Duration.seconds(presenceLease)
        try await ContractServer(port: port, redisURL: redis, presenceLease: lease, threads: threads).run()
    }
}

internal import ArgumentParser

/// Measures a server.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure any server that speaks Phoenix Channels (V2).",
        discussion: """
            Each message is numbered and its way is checked: the exit code is 2 when something was lost, came twice, \
            came out of order or was refused, and 1 when clients could not connect. Progress goes to standard error.
            """,
        subcommands: [BenchConnectCommand.self, BenchFanoutCommand.self, BenchEchoCommand.self]
    )
}

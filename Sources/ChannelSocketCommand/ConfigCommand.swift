internal import ArgumentParser

/// Looks at the configuration of a server without running it.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check and print the configuration of a server.",
        subcommands: [ConfigCheckCommand.self, ConfigPrintCommand.self, ConfigReferenceCommand.self]
    )
}

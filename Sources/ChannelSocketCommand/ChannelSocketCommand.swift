internal import ArgumentParser
internal import ChannelSocketServer

/// The `channelsocket` tool.
@main
struct ChannelSocketCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "channelsocket",
        abstract: "A realtime server that speaks Phoenix Channels.",
        discussion: """
            "channelsocket serve" starts a node with a chat page on http://127.0.0.1:4000; "channelsocket doctor" says \
            what is wrong.

            Exit codes: 0 when it was done, 1 when it could not be done, 64 for arguments that make no sense, 78 for \
            a configuration file with mistakes; others are told in the help of their command.

            Shell completions:
              channelsocket --generate-completion-script bash|zsh|fish
            """,
        version: StockServer.version,
        subcommands: [
            ServeCommand.self, HealthCommand.self, PublishCommand.self, TailCommand.self, PresenceCommand.self,
            DoctorCommand.self, TokenCommand.self, ConfigCommand.self, BenchCommand.self,
        ]
    )
}

internal import ArgumentParser
internal import ChannelSocketServer

/// The `channelsocket` tool.
@main
struct ChannelSocketCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "channelsocket",
        abstract: "A realtime server that speaks Phoenix Channels.",
        version: StockServer.version,
        subcommands: [
            ServeCommand.self, HealthCommand.self, PublishCommand.self, TailCommand.self, PresenceCommand.self,
            DoctorCommand.self, TokenCommand.self, ConfigCommand.self, BenchCommand.self,
        ]
    )
}

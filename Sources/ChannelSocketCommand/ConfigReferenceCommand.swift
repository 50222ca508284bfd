internal import ArgumentParser
internal import ChannelSocketServer

/// Prints `docs/configuration.md`.
struct ConfigReferenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "Print the reference of all settings, as Markdown."
    )

    func run() async throws {
        print(ConfigurationReference.markdown, terminator: "")
    }
}

internal import ArgumentParser
internal import ChannelSocketServer

/// Tells what is wrong with a configuration.
struct ConfigCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tell what is wrong with a configuration.",
        discussion: """
            Takes the same options and environment as serve. Names the file, line and setting of everything that is \
            wrong. The exit code is 0 when nothing is, 78 for a mistake in the file, 64 for one in the options.
            """
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let loaded = try await options.load()
        let given = loaded.settings.count { $0.origin != .unset }
        print("\(loaded.sources.file ?? "the configuration") is fine: \(given) setting\(given == 1 ? "" : "s") given")
    }
}

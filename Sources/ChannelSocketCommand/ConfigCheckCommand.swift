internal import ArgumentParser
internal import ChannelSocketServer

/// Tells what is wrong with a configuration.
struct ConfigCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tell what is wrong with a configuration.",
        discussion: """
            Takes the same options and environment as serve. Names the file, line and setting of everything that is \
            wrong, reads the files of keys and certificates, and warns of what can be done but is hardly meant, such \
            as a channel that nobody may join. The exit code is 0 when nothing is wrong, 78 for a mistake in the file, \
            64 for one in the options.
            """
    )

    @OptionGroup var options: ServerOptions

    @Flag(help: "Take warnings for mistakes.")
    var strict = false

    func run() async throws {
        let loaded = try await options.load()
        for warning in loaded.warnings { CommandOutput.note("Warning: \(warning)") }
        guard loaded.warnings.isEmpty || !strict else { throw ServerOptions.badConfiguration }
        let given = loaded.settings.count { $0.origin != .unset }
        let verdict = loaded.warnings.isEmpty ? "is fine" : "can be used"
        let name = loaded.sources.file ?? "the configuration"
        print("\(name) \(verdict): \(given) setting\(given == 1 ? "" : "s") given")
    }
}

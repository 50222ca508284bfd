internal import ArgumentParser
internal import ChannelSocketServer

/// Prints what holds, and why.
struct ConfigPrintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print",
        abstract: "Print every setting that holds, and where it comes from.",
        discussion: """
            Takes the same options and environment as serve. Secrets are printed as ***. The exit codes are those of \
            check.
            """
    )

    @OptionGroup var options: ServerOptions

    @Flag(help: "Only what was given somewhere.")
    var given = false

    func run() async throws {
        let settings = try await options.load().settings.filter { !given || $0.origin != .unset }
        let lines = settings.map { (text: "\($0.path): \($0.value)", origin: $0.origin) }
        let width = min(60, lines.map(\.text.count).max() ?? 0)
        for line in lines {
            print("\(line.text)\(String(repeating: " ", count: max(0, width - line.text.count)))  # \(line.origin)")
        }
    }
}

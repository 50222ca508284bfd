internal import ArgumentParser
internal import ChannelSocketServer

/// Prints what a token says.
struct TokenInspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a token says and, with a key, whether a server would take it.",
        discussion: "The exit code is 1 when a server with the key would refuse it, or when it is no token."
    )

    @Argument(help: "The token; - reads it from standard input, which keeps it out of the list of processes.")
    var token: String

    @OptionGroup var keyOptions: TokenKeyOptions

    func validate() throws {
        _ = try keyOptions.key()
    }

    func run() async throws {
        let text = token == "-" ? readLine() ?? "" : token
        let inspection = try await TokenInspection(text, key: keyOptions.key())
        print("header: \(inspection.header)")
        print("claims: \(inspection.claims)")
        print("expires: \(inspection.expiry ?? "never")")
        if let refusal = inspection.refusal {
            print("verdict: refused, \(refusal)")
            throw ExitCode.failure
        }
        print("verdict: \(inspection.isVerified ? "good" : "not checked, no key given")")
    }
}

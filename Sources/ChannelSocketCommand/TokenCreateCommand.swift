internal import ArgumentParser
internal import ChannelSocketServer

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Prints a new token.
struct TokenCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a token.",
        discussion: """
            Prints the token.

            Exit codes: 0, 1 when the key can't be used, 64 for options that make no sense.

            Examples:
              export \(TokenKeyOptions.secretVariable)=$(openssl rand -hex 32)
              channelsocket token create --sub ann --expires-in 600
              channelsocket token create --claims '{"rooms":["lobby"]}'
            """
    )

    @OptionGroup var keyOptions: TokenKeyOptions

    @Option(help: "Whom the token is about, its claim sub.")
    var sub: String?

    @Option(help: "Further claims, a JSON object.")
    var claims = "{}"

    @Option(help: ArgumentHelp("When it expires, counted from now; 0 for never.", valueName: "seconds"))
    var expiresIn = 3_600

    func validate() throws {
        guard try keyOptions.key() != nil else {
            throw ValidationError("a key is needed: --secret-file, --pem or \(TokenKeyOptions.secretVariable)")
        }
        _ = try allClaims()
        guard expiresIn >= 0 else { throw ValidationError("--expires-in is 0 or more") }
    }

    func run() async throws {
        guard let key = try keyOptions.key() else { return }
        let issuer = try await TokenIssuer(key)
        print(try issuer.token(claims: allClaims(), expiringIn: expiresIn == 0 ? nil : expiresIn))
    }

    private func allClaims() throws -> [String: ClaimValue] {
        guard var values = try? JSONDecoder().decode([String: ClaimValue].self, from: Data(claims.utf8)) else {
            throw ValidationError("--claims must be a JSON object such as '{\"rooms\":[\"lobby\"]}'")
        }
        if let sub { values["sub"] = .string(sub) }
        return values
    }
}

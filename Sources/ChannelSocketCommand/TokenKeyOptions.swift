internal import ArgumentParser
internal import ChannelSocketServer

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The key of `channelsocket token`.
struct TokenKeyOptions: ParsableArguments {
    /// The variable that may have the secret.
    static let secretVariable = "CHANNELSOCKET_TOKEN_SECRET"

    @Option(help: ArgumentHelp("Secret file, 32 bytes or more; or set \(Self.secretVariable).", valueName: "path"))
    var secretFile: String?

    @Option(help: ArgumentHelp("Key file in PEM; making tokens takes the private key.", valueName: "path"))
    var pem: String?

    @Option(
        help: ArgumentHelp(
            "HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 or EdDSA.",
            valueName: "algorithm"
        )
    )
    var algorithm = "HS256"

    @Option(help: ArgumentHelp("Name of the key (kid).", valueName: "name"))
    var kid: String?

    /// The key; nil if none was given.
    func key() throws -> TokenKeyConfiguration? {
        guard let algorithm = TokenAlgorithm(rawValue: algorithm) else {
            throw ValidationError("--algorithm \(algorithm) is not supported; see --help for those that are")
        }
        switch (secretFile, pem) {
        case (.some, .some): throw ValidationError("--secret-file and --pem exclude each other")
        case (let path?, nil): return TokenKeyConfiguration(algorithm, id: kid, source: .secretFile(path))
        case (nil, .some) where algorithm.rawValue.hasPrefix("HS"):
            throw ValidationError(
                "--pem needs the --algorithm of its key, such as ES256: \(algorithm.rawValue) is for secrets"
            )
        case (nil, let path?): return TokenKeyConfiguration(algorithm, id: kid, source: .pemFile(path))
        case (nil, nil):
            let secret = ProcessInfo.processInfo.environment[Self.secretVariable]
            guard let secret, !secret.isEmpty else { return nil }
            return TokenKeyConfiguration(algorithm, id: kid, source: .secret(secret))
        }
    }
}

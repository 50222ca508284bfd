import Foundation
import Logging

@testable import ChannelSocketServer

/// Makes tokens and verifiers for tests.
enum TestTokens {
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A token signed with the fixtures' secret, whatever its header says.
    static func make(header: String = #"{"alg":"HS256"}"#, claims: String) async throws -> String {
        let key = try await TokenKey.secret(Data(TokenFixtures.secret.utf8), .hs256, id: nil)
        let signed = [header, claims].map { Data($0.utf8).base64URL }.joined(separator: ".")
        return try signed + "." + key.signature(of: Data(signed.utf8)).base64URL
    }

    /// A verifier with the fixtures' secret, unless told otherwise.
    static func verifier(
        _ keys: [TokenKeyConfiguration] = [TokenKeyConfiguration(.hs256, source: .secret(TokenFixtures.secret))],
        change: (inout TokenConfiguration) -> Void = { _ in }
    ) async throws -> TokenVerifier {
        var configuration = TokenConfiguration()
        configuration.keys = keys
        change(&configuration)
        return try await TokenVerifier(configuration, logger: logger) { _ in throw CancellationError() }
    }

    /// Writes a file that is deleted afterwards.
    static func withFile<Result>(_ text: String, _ body: (String) async throws -> Result) async throws -> Result {
        let url = FileManager.default.temporaryDirectory.appending(path: "channelsocket-\(UUID().uuidString)")
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(url.path())
    }
}

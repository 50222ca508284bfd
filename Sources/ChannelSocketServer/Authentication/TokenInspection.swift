internal import FoundationEssentials
internal import Logging

/// What a token says, and whether it is to be believed.
public struct TokenInspection: Sendable {
    /// The header, as indented JSON.
    public let header: String
    /// The claims, as indented JSON.
    public let claims: String
    /// When it expires, in ISO 8601, and how long that is; nil if it does not say.
    public let expiry: String?
    /// Whether the signature was checked; false without a key.
    public let isVerified: Bool
    /// What a server with the key would say to it; nil if it would take it, or without a key.
    public let refusal: TokenError?

    /// Looks into a token.
    ///
    /// - Parameters:
    ///   - token: the token.
    ///   - key: the key to verify it with, if at hand.
    /// - Throws: ``TokenError`` if it is no token, ``TokenKeyError`` if the key can't be used.
    public init(_ token: String, key: TokenKeyConfiguration?) async throws {
        let malformed = TokenError(
            .malformed, "this is no token: a token is three parts in base64url with dots between")
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.json(parts[0]), let claims = Self.json(parts[1]) else {
            throw malformed
        }
        self.header = header.text
        self.claims = claims.text
        expiry = claims.values["exp"]?.seconds.map(Self.describe)
        isVerified = key != nil
        guard let key else {
            refusal = nil
            return
        }
        var configuration = TokenConfiguration()
        configuration.keys = [key]
        configuration.requiresExpiry = false
        let verifier = try await TokenVerifier(configuration, logger: Logger(label: "token")) { _ in
            throw TokenKeyError("a key set of a URL is not fetched here")
        }
        do throws(TokenError) {
            _ = try await verifier.verify(token)
            refusal = nil
        } catch {
            refusal = error
        }
    }

    private static func json(_ part: Substring) -> (values: [String: ClaimValue], text: String)? {
        guard let data = Data(base64URL: part),
            let values = try? JSONDecoder().decode([String: ClaimValue].self, from: data)
        else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let text = try? encoder.encode(values) else { return nil }
        return (values, String(decoding: text, as: UTF8.self))
    }

    private static func describe(_ seconds: Double) -> String {
        // Beyond the years that a calendar of four digits has.
        guard abs(seconds) < 2e11 else { return "\(seconds) s after 1970" }
        let left = Int(seconds - Date().timeIntervalSince1970)
        let when = Date(timeIntervalSince1970: seconds).formatted(.iso8601)
        return left > 0 ? "\(when), in \(left) s" : "\(when), \(-left) s ago"
    }
}

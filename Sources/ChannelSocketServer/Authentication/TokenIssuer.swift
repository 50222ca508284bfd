internal import FoundationEssentials

/// Makes tokens, for tests and for people who try a server out.
public struct TokenIssuer: Sendable {
    private let key: TokenKey

    /// Creates an issuer.
    ///
    /// - Parameter key: a secret or private key.
    /// - Throws: ``TokenKeyError`` if it can't be used to make tokens.
    public init(_ key: TokenKeyConfiguration) async throws {
        guard let loaded = try await key.load().first else {
            throw TokenKeyError("a token is made with a secret or a PEM file, not with the key set of a URL")
        }
        guard (try? loaded.signature(of: Data())) != nil else {
            throw TokenKeyError("the key is public: tokens are made with the private one")
        }
        self.key = loaded
    }

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - claims: the claims by name.
    ///   - lifetime: after how many seconds it expires, if the claims do not say; nil for never.
    /// - Returns: the token.
    /// - Throws: `EncodingError` for a number that JSON can't carry.
    public func token(claims: [String: ClaimValue], expiringIn lifetime: Int?) throws -> String {
        let now = Int(Date().timeIntervalSince1970)
        var claims = ["iat": ClaimValue.integer(now)].merging(claims) { $1 }
        if let lifetime, claims["exp"] == nil { claims["exp"] = .integer(now + lifetime) }
        var header = ["alg": key.algorithm.rawValue, "typ": "JWT"]
        header["kid"] = key.id
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let signed = [try encoder.encode(header), try encoder.encode(claims)].map(\.base64URL).joined(separator: ".")
        return signed + "." + (try key.signature(of: Data(signed.utf8))).base64URL
    }
}

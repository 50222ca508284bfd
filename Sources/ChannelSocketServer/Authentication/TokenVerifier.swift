internal import FoundationEssentials
internal import Logging

/// Verifies tokens (JWS compact serialization of a JWT, RFC 7519) with the configured keys.
struct TokenVerifier: Sendable {
    /// How long a token may be; the head of a request has little more room.
    static let maxTokenBytes = 8192

    /// What a verifier was told.
    let configuration: TokenConfiguration
    private let keys: [TokenKey]
    private let remote: [RemoteKeySet]

    /// Loads the keys.
    ///
    /// - Parameters:
    ///   - configuration: keys and rules.
    ///   - logger: where failures of fetching keys are reported.
    ///   - fetch: gets the bytes behind a URL.
    /// - Throws: ``TokenKeyError`` for a key that can't be used.
    init(
        _ configuration: TokenConfiguration, logger: Logger,
        fetch: @escaping @Sendable (_ url: String) async throws -> Data
    ) async throws {
        self.configuration = configuration
        var keys: [TokenKey] = []
        var remote: [RemoteKeySet] = []
        for key in configuration.keys {
            if case .jwksURL(let url) = key.source {
                guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
                    throw TokenKeyError("the URL of a key set begins with https:// or http://")
                }
                remote.append(
                    RemoteKeySet(algorithm: key.algorithm, configuration: configuration.fetching, logger: logger) {
                        try await fetch(url)
                    }
                )
            } else {
                keys += try await key.load()
            }
        }
        self.keys = keys
        self.remote = remote
    }

    /// Verifies a token.
    ///
    /// - Parameters:
    ///   - token: the token.
    ///   - now: the time.
    /// - Returns: its claims.
    /// - Throws: ``TokenError``.
    func verify(_ token: String, now: Date = Date()) async throws(TokenError) -> AuthenticatedClaims {
        let parts = try TokenParts(token)
        try await checkSignature(of: parts)
        return try claims(of: parts, now: now)
    }

    private func checkSignature(of parts: TokenParts) async throws(TokenError) {
        var candidates = keys.filter { parts.mayBeSigned(by: $0) }
        if candidates.isEmpty {
            for set in remote {
                candidates += try await set.keys(knowing: parts.keyID).filter { parts.mayBeSigned(by: $0) }
            }
        }
        guard !candidates.isEmpty else { throw TokenError(.unknownKey, "token signed with an unknown key") }
        guard candidates.contains(where: { $0.verifies(parts.signature, of: parts.signed) }) else {
            throw TokenError(.badSignature, "token has a bad signature")
        }
    }

    private func claims(of parts: TokenParts, now: Date) throws(TokenError) -> AuthenticatedClaims {
        guard let claims = try? JSONDecoder().decode([String: ClaimValue].self, from: parts.payload) else {
            throw TokenError(.malformed, "token is malformed")
        }
        let expiry = try time("exp", of: claims)
        try check(expiry: expiry, notBefore: try time("nbf", of: claims), now: now.timeIntervalSince1970)
        try check(issuer: claims["iss"], audience: claims["aud"])
        if let subject = claims["sub"], subject.string == nil {
            throw TokenError(.wrongClaim, "token has a sub that is no string")
        }
        return AuthenticatedClaims(
            subject: claims["sub"]?.string,
            expiry: expiry.map { Date(timeIntervalSince1970: $0) },
            values: claims
        )
    }

    private func time(_ name: String, of claims: [String: ClaimValue]) throws(TokenError) -> Double? {
        guard let value = claims[name] else { return nil }
        guard let seconds = value.seconds else { throw TokenError(.wrongClaim, "token has an \(name) that is no time") }
        return seconds
    }

    private func check(expiry: Double?, notBefore: Double?, now: Double) throws(TokenError) {
        let leeway = Double(configuration.leewaySeconds)
        if let expiry {
            guard now < expiry + leeway else { throw TokenError(.expired, "token expired") }
        } else if configuration.requiresExpiry {
            throw TokenError(.wrongClaim, "token has no exp")
        }
        if let notBefore, now < notBefore - leeway { throw TokenError(.notYetValid, "token is not valid yet") }
    }

    private func check(issuer: ClaimValue?, audience: ClaimValue?) throws(TokenError) {
        if !configuration.issuers.isEmpty {
            guard let issuer = issuer?.string, configuration.issuers.contains(issuer) else {
                throw TokenError(.wrongClaim, "token is of another issuer")
            }
        }
        if !configuration.audiences.isEmpty {
            guard let audience, audience.strings.contains(where: configuration.audiences.contains) else {
                throw TokenError(.wrongClaim, "token is for another audience")
            }
        }
    }
}

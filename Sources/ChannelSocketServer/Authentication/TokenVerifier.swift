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
    /// The same key sets, by where they come from.
    private let remoteBySource: [TokenKeyConfiguration: RemoteKeySet]

    /// Loads the keys.
    ///
    /// - Parameters:
    ///   - configuration: keys and rules.
    ///   - old: a verifier whose key sets are kept with what they have, if they are wanted again: an issuer that is away
    ///     just now must not make its tokens useless.
    ///   - logger: where failures of fetching keys are reported.
    ///   - fetch: gets the bytes behind a URL.
    /// - Throws: ``TokenKeyError`` for a key that can't be used.
    init(
        _ configuration: TokenConfiguration, keeping old: TokenVerifier? = nil, logger: Logger,
        fetch: @escaping @Sendable (_ url: String) async throws -> Data
    ) async throws {
        self.configuration = configuration
        var keys: [TokenKey] = []
        var remote: [RemoteKeySet] = []
        var remoteBySource: [TokenKeyConfiguration: RemoteKeySet] = [:]
        let known = old?.configuration.fetching == configuration.fetching ? old?.remoteBySource ?? [:] : [:]
        for key in configuration.keys {
            if case .jwksURL(let url) = key.source {
                guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
                    throw TokenKeyError("the URL of a key set begins with https:// or http://")
                }
                let set =
                    known[key]
                    ?? RemoteKeySet(algorithm: key.algorithm, configuration: configuration.fetching, logger: logger) {
                        try await fetch(url)
                    }
                remote.append(set)
                remoteBySource[key] = set
            } else {
                keys += try await key.load()
            }
        }
        self.keys = keys
        self.remote = remote
        self.remoteBySource = remoteBySource
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
        let candidates = keys.filter { parts.mayBeSigned(by: $0) }
        if candidates.contains(where: { $0.verifies(parts.signature, of: parts.signed) }) { return }
        guard candidates.isEmpty else { throw TokenError(.badSignature, "token has a bad signature") }
        try await checkSignatureRemotely(of: parts)
    }

    /// Looks among the keys of URLs: first where they need not be fetched, so that an issuer that is away, or slow, does
    /// not concern the tokens of another.
    private func checkSignatureRemotely(of parts: TokenParts) async throws(TokenError) {
        var isKnown = false
        var outage: TokenError?
        var toFetch: [RemoteKeySet] = []
        func verifies(_ keys: [TokenKey]) -> Bool {
            let candidates = keys.filter { parts.mayBeSigned(by: $0) }
            isKnown = isKnown || !candidates.isEmpty
            return candidates.contains { $0.verifies(parts.signature, of: parts.signed) }
        }
        for set in remote {
            guard let keys = await set.freshKeys(knowing: parts.keyID) else {
                toFetch.append(set)
                continue
            }
            if verifies(keys) { return }
        }
        for set in toFetch {
            do throws(TokenError) {
                if verifies(try await set.keys(knowing: parts.keyID)) { return }
            } catch {
                outage = outage ?? error
            }
        }
        // The key may be among those that could not be had.
        if let outage { throw outage }
        guard isKnown else { throw TokenError(.unknownKey, "token signed with an unknown key") }
        throw TokenError(.badSignature, "token has a bad signature")
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

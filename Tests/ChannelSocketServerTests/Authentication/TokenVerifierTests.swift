import Foundation
import Testing

@testable import ChannelSocketServer

@Suite("Verifying tokens", .timeLimit(.minutes(1)))
struct TokenVerifierTests {
    /// The code and text of the refusal of a token.
    private func refusal(of token: String, by verifier: TokenVerifier, at now: Date = Date()) async -> TokenError? {
        do throws(TokenError) {
            _ = try await verifier.verify(token, now: now)
            return nil
        } catch {
            return error
        }
    }

    private func token(_ algorithm: TokenAlgorithm) throws -> String {
        try #require(TokenFixtures.tokens[algorithm.rawValue])
    }

    private func expectAnn(_ claims: AuthenticatedClaims) {
        #expect(claims.subject == "ann")
        #expect(claims.expiry == Date(timeIntervalSince1970: 4_102_444_800))
        #expect(claims.value(at: "rooms") == .array([.string("lobby"), .string("1")]))
    }

    @Test("takes tokens of another implementation, with keys from secrets and PEM", arguments: TokenAlgorithm.allCases)
    func algorithms(algorithm: TokenAlgorithm) async throws {
        let pem: String =
            switch algorithm {
            case .hs256, .hs384, .hs512: TokenFixtures.secret
            case .es256, .es384, .es512: try #require(TokenFixtures.ecPEM[algorithm.rawValue])
            case .eddsa: TokenFixtures.edPEM
            default: TokenFixtures.rsaPEM
            }
        try await TestTokens.withFile(pem) { path in
            let isSecret = algorithm.minimumSecretBytes != nil
            let key = TokenKeyConfiguration(algorithm, source: isSecret ? .secretFile(path) : .pemFile(path))
            let verifier = try await TestTokens.verifier([key])
            expectAnn(try await verifier.verify(token(algorithm)))
            // The signature of another token of the same key.
            let other = try await refusal(of: token(algorithm).dropLast(8) + "AAAAAAAA", by: verifier)
            #expect(other?.code == .badSignature)
        }
    }

    private static let here = TokenKeyConfiguration(source: .jwksURL("https://here"))
    private static let away = TokenKeyConfiguration(source: .jwksURL("https://away"))

    /// A verifier with key sets of which some issuers are away.
    private func verifier(
        _ keys: [TokenKeyConfiguration], keeping old: TokenVerifier? = nil, away: Set<String> = ["https://away"]
    ) async throws -> TokenVerifier {
        var configuration = TokenConfiguration()
        configuration.keys = keys
        return try await TokenVerifier(configuration, keeping: old, logger: TestTokens.logger) { url in
            guard !away.contains(url) else { throw CancellationError() }
            return Data(TokenFixtures.jwks.utf8)
        }
    }

    @Test("takes an issuer's tokens while another issuer is away, and refuses only those that may be of that one")
    func outage() async throws {
        let verifier = try await verifier([Self.away, Self.here])
        expectAnn(try await verifier.verify(token(.rs256)))
        let other = try await TestTokens.make(header: #"{"alg":"RS256","kid":"other"}"#, claims: "{}")
        #expect(await refusal(of: other, by: verifier)?.code == .keysUnavailable)
    }

    @Test("keeps what it has fetched from a URL over a change of other keys, though the issuer is away by then")
    func keptSets() async throws {
        let first = try await verifier([Self.here])
        expectAnn(try await first.verify(token(.rs256)))
        let both: Set = ["https://here", "https://away"]
        let second = try await verifier([Self.away, Self.here], keeping: first, away: both)
        expectAnn(try await second.verify(token(.rs256)))
    }

    @Test("takes a key from a certificate, and all keys from a key set")
    func certificatesAndSets() async throws {
        try await TestTokens.withFile(TokenFixtures.rsaCertificatePEM) { path in
            let verifier = try await TestTokens.verifier([TokenKeyConfiguration(.rs256, source: .pemFile(path))])
            expectAnn(try await verifier.verify(token(.rs256)))
        }
        try await TestTokens.withFile(TokenFixtures.jwks) { path in
            let verifier = try await TestTokens.verifier([TokenKeyConfiguration(source: .jwksFile(path))])
            for algorithm in [TokenAlgorithm.hs256, .rs256, .es256, .es384, .es512, .eddsa] {
                expectAnn(try await verifier.verify(token(algorithm)))
            }
            // The key of the set is for RS256, since it does not say otherwise.
            #expect(try await refusal(of: token(.ps256), by: verifier)?.code == .unknownKey)
        }
    }

    @Test("never lets a token choose how its key is used")
    func algorithmConfusion() async throws {
        // HS256 with the public key's text as the secret, the classic.
        let head = Data(#"{"alg":"HS256","kid":"rsa-1"}"#.utf8).base64URL
        let signed = head + "." + Data(#"{"sub":"eve","exp":4102444800}"#.utf8).base64URL
        let publicKey = try await TokenKey.secret(Data(TokenFixtures.rsaPEM.utf8), .hs256, id: nil)
        let forged = try signed + "." + publicKey.signature(of: Data(signed.utf8)).base64URL
        try await TestTokens.withFile(TokenFixtures.rsaPEM) { path in
            let verifier = try await TestTokens.verifier([TokenKeyConfiguration(.rs256, source: .pemFile(path))])
            #expect(await refusal(of: forged, by: verifier)?.code == .unknownKey)
        }
        for name in ["none", "None", "", "HS1"] {
            let unsigned = Data(#"{"alg":"\#(name)"}"#.utf8).base64URL + ".e30."
            let refusal = try await refusal(of: unsigned, by: TestTokens.verifier())
            #expect(refusal == TokenError(.malformed, "token is not signed with a supported algorithm"))
        }
        let hs512 = try await refusal(of: token(.hs512), by: TestTokens.verifier())
        #expect(hs512?.code == .unknownKey)
    }

    @Test("minds names of keys where both sides give one")
    func names() async throws {
        let verifier = try await TestTokens.verifier([
            TokenKeyConfiguration(.hs256, id: "b", source: .secret(TokenFixtures.secret))
        ])
        for (header, code) in [
            (#"{"alg":"HS256","kid":"b"}"#, nil), (#"{"alg":"HS256"}"#, nil),
            (#"{"alg":"HS256","kid":"a"}"#, TokenError.Code.unknownKey),
        ] {
            let token = try await TestTokens.make(header: header, claims: #"{"exp":4102444800}"#)
            #expect(await refusal(of: token, by: verifier)?.code == code)
        }
    }

    @Test(
        "says what is wrong with a token",
        arguments: [
            (#"{"exp":1000}"#, "token expired"), (#"{"exp":994}"#, "token expired"), (#"{"exp":996}"#, nil),
            (#"{"exp":1e300}"#, nil), (#"{"exp":-1e300}"#, "token expired"), ("{}", "token has no exp"),
            (#"{"exp":"soon"}"#, "token has an exp that is no time"),
            (#"{"exp":2000,"nbf":1006}"#, "token is not valid yet"), (#"{"exp":2000,"nbf":1004}"#, nil),
            (#"{"exp":2000,"nbf":null}"#, "token has an nbf that is no time"),
            (#"{"exp":2000,"sub":7}"#, "token has a sub that is no string"), ("[]", "token is malformed"),
            ("nonsense", "token is malformed"),
        ] as [(String, String?)])
    func claims(claims: String, text: String?) async throws {
        let token = try await TestTokens.make(claims: claims)
        let now = Date(timeIntervalSince1970: claims.contains("1000") ? 1_005 : 1_000)
        #expect(try await refusal(of: token, by: TestTokens.verifier(), at: now)?.description == text)
    }

    @Test(
        "wants an issuer and an audience that it knows, if it was told any",
        arguments: [
            (#""iss":"https://a","aud":"chat""#, nil), (#""iss":"https://a","aud":["x","chat"]"#, nil),
            (#""iss":"https://b","aud":"chat""#, "token is of another issuer"),
            (#""aud":"chat""#, "token is of another issuer"),
            (#""iss":"https://a","aud":["x"]"#, "token is for another audience"),
            (#""iss":"https://a","aud":[]"#, "token is for another audience"),
            (#""iss":"https://a""#, "token is for another audience"),
        ] as [(String, String?)])
    func issuersAndAudiences(members: String, text: String?) async throws {
        let verifier = try await TestTokens.verifier {
            $0.issuers = ["https://a", "https://c"]
            $0.audiences = ["chat", "api"]
        }
        let token = try await TestTokens.make(claims: #"{"exp":4102444800,\#(members)}"#)
        #expect(await refusal(of: token, by: verifier)?.description == text)
    }

    @Test(
        "survives what is no token",
        arguments: [
            "", ".", "..", "...", "a.b.c", "e30.e30.e30", "e30.e30", "é.é.é", String(repeating: ".", count: 9_000),
            String(repeating: "A", count: 9_000), "====.====.====",
        ])
    func nonsense(token: String) async throws {
        #expect(try await refusal(of: token, by: TestTokens.verifier())?.code == .malformed)
    }

    @Test("survives headers that break naive readers, and refuses critical members")
    func hostileHeaders() async throws {
        let claims = #"{"exp":4102444800}"#
        let huge = try await TestTokens.make(header: #"{"alg":"HS256","x":1e300}"#, claims: claims)
        #expect(try await refusal(of: huge, by: TestTokens.verifier()) == nil)
        let critical = try await TestTokens.make(header: #"{"alg":"HS256","crit":["b64"],"b64":false}"#, claims: claims)
        #expect(
            try await refusal(of: critical, by: TestTokens.verifier())?.description
                == "token has critical header members"
        )
    }

    @Test(
        "refuses keys that can't be used, by what is wrong with them",
        arguments: [
            (TokenKeyConfiguration(.hs256, source: .secret("short")), "at least 32 bytes, this one has 5"),
            (TokenKeyConfiguration(.hs512, source: .secret("base64:AAAA")), "at least 64 bytes, this one has 3"),
            (TokenKeyConfiguration(.hs256, source: .secret("base64:*")), "no base64"),
            (TokenKeyConfiguration(source: .secret(TokenFixtures.secret)), "needs an algorithm"),
            (TokenKeyConfiguration(.rs256, source: .secret(TokenFixtures.secret)), "needs a key pair"),
            (TokenKeyConfiguration(.rs256, source: .pemFile("/nowhere.pem")), "can't read the key file /nowhere.pem"),
            (TokenKeyConfiguration(source: .jwksURL("file:///etc/passwd")), "https://"),
        ])
    func badKeys(key: TokenKeyConfiguration, text: String) async throws {
        let error = await #expect(throws: TokenKeyError.self) { _ = try await TestTokens.verifier([key]) }
        #expect(error?.description.contains(text) == true)
    }

    @Test(
        "names the file of a key that is none",
        arguments: [
            (TokenAlgorithm.rs256, "no RSA key"), (.es384, "no EC key"), (.eddsa, "no Ed25519 key"),
            (.hs256, "needs a secret"),
        ])
    func badFiles(algorithm: TokenAlgorithm, text: String) async throws {
        try await TestTokens.withFile("-----BEGIN PUBLIC KEY-----\n") { path in
            let key = TokenKeyConfiguration(algorithm, source: .pemFile(path))
            let error = await #expect(throws: TokenKeyError.self) { _ = try await TestTokens.verifier([key]) }
            #expect(error?.description.hasPrefix("\(path): \(algorithm == .hs256 ? "HS256 " : "")\(text)") == true)
        }
    }
}

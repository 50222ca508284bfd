import ChannelSocket
import Foundation
import NIOCore
import PhoenixWire
import Testing

@testable import ChannelSocketServer

@Suite("Authenticating sockets", .timeLimit(.minutes(1)))
struct SocketAuthenticatorTests {
    private func authenticator(
        change: (inout TokenConfiguration) -> Void = { _ in }
    ) async throws -> SocketAuthenticator {
        SocketAuthenticator(try await TestTokens.verifier(change: change))
    }

    private func token(_ claims: String = #"{"sub":"ann","exp":2000}"#) async throws -> String {
        try await TestTokens.make(claims: claims)
    }

    private let now = Date(timeIntervalSince1970: 1_000)

    @Test("takes the token from authToken, the header or the query, in this order")
    func places() async throws {
        let authenticator = try await authenticator()
        let good = try await token()
        let requests = [
            ConnectRequest(params: ["token": "bad"], authToken: good, headers: [("authorization", "Bearer bad")]),
            ConnectRequest(params: ["token": "bad"], headers: [("authorization", "bearer  \(good)")]),
            ConnectRequest(params: ["token": .text(good)], headers: [("authorization", "Basic YTpi")]),
        ]
        for request in requests {
            guard
                case .accept("users_socket:ann", let assigns, .seconds(1_005)) = await authenticator.connect(
                    request, now: now)
            else {
                Issue.record("refused")
                continue
            }
            #expect((assigns[AuthenticatedClaims.assign] as? AuthenticatedClaims)?.subject == "ann")
        }
    }

    @Test("refuses with a text that says why, and counts")
    func refusals() async throws {
        let authenticator = try await authenticator()
        let cases: [(ConnectParams, Int, String)] = [
            ([:], 401, "token missing"), (["token": "x"], 401, "token is malformed"),
            (["token": .text(try await token(#"{"sub":"ann","exp":900}"#))], 401, "token expired"),
            (["token": .text(try await token(#"{"exp":2000}"#))], 401, "token has no sub for the socket id"),
        ]
        for (params, status, reason) in cases {
            guard case .deny(status, reason) = await authenticator.connect(ConnectRequest(params: params), now: now)
            else {
                Issue.record("not denied: \(reason)")
                continue
            }
        }
        #expect(
            authenticator.statistics.refusals == [
                "token_missing": 1, "token_malformed": 1, "token_expired": 1, "token_wrong_claim": 1,
            ]
        )
    }

    @Test("lets clients without a token in where none is required, but none with a bad one")
    func optional() async throws {
        let authenticator = try await authenticator { $0.required = false }
        guard case .accept(nil, let assigns, nil) = await authenticator.connect(ConnectRequest(params: [:]), now: now)
        else {
            Issue.record("refused")
            return
        }
        #expect(assigns.isEmpty)
        guard case .deny = await authenticator.connect(ConnectRequest(params: ["token": "x"]), now: now) else {
            Issue.record("accepted")
            return
        }
    }

    @Test("says 503 when keys can't be fetched")
    func keysUnavailable() async throws {
        let verifier = try await TestTokens.verifier([TokenKeyConfiguration(source: .jwksURL("http://127.0.0.1:1"))])
        let authenticator = SocketAuthenticator(verifier)
        let request = ConnectRequest(params: ["token": .text(TokenFixtures.tokens["RS256"] ?? "")])
        guard case .deny(503, _) = await authenticator.connect(request) else {
            Issue.record("not denied")
            return
        }
    }

    @Test("goes on with other keys after they were replaced")
    func replaced() async throws {
        let authenticator = try await authenticator()
        let request = ConnectRequest(params: ["token": .text(try await token())])
        authenticator.verifier = try await TestTokens.verifier([
            TokenKeyConfiguration(.hs256, source: .secret(String(repeating: "other", count: 10)))
        ])
        guard case .deny(401, "token has a bad signature") = await authenticator.connect(request, now: now) else {
            Issue.record("accepted")
            return
        }
    }

    @Test(
        "makes socket ids of claims",
        arguments: [
            ("users_socket:{sub}", "users_socket:ann"), ("{app.tenant}/{n}", "7/3"), ("{https://x.y/z}", "true"),
            ("fixed", "fixed"), ("", nil), ("open{sub", "open{sub"),
        ] as [(String, String?)])
    func socketIDs(template: String, id: String?) throws {
        let claims = AuthenticatedClaims(
            subject: "ann",
            values: [
                "sub": .string("ann"), "app": .object(["tenant": .integer(7)]), "n": .integer(3),
                "https://x.y/z": .bool(true),
            ]
        )
        #expect(try SocketIDTemplate(template).id(for: claims) == id)
    }

    // MARK: Joins

    private func joinPayload(_ claims: String) async throws -> Payload {
        try Payload.encoding(["token": try await token(claims)])
    }

    @Test("puts the claims of a join's token over those of the socket")
    func joinToken() async throws {
        let authenticator = try await authenticator()
        let socket = AuthenticatedClaims(
            subject: "ann", expiry: Date(timeIntervalSince1970: 1_500),
            values: ["sub": .string("ann"), "role": .string("guest"), "a": .integer(1)]
        )
        let payload = try await joinPayload(#"{"role":"admin","exp":2000}"#)
        let claims = try await authenticator.claims(joiningWith: payload, socket: socket, now: now)
        #expect(claims?.subject == "ann")
        #expect(claims?.expiry == Date(timeIntervalSince1970: 1_500))
        #expect(
            claims?.values == [
                "sub": .string("ann"), "role": .string("admin"), "a": .integer(1), "exp": .integer(2_000),
            ]
        )
    }

    @Test("keeps the socket's claims when a join brings no token", arguments: ["{}", "[]", #"{"token":7}"#])
    func noJoinToken(payload: String) async throws {
        let socket = AuthenticatedClaims(subject: "ann")
        let claims = try await authenticator().claims(joiningWith: Payload(json: payload), socket: socket, now: now)
        #expect(claims == socket)
    }

    @Test(
        "refuses a join with a token that is not good or about somebody else",
        arguments: [
            (#"{"exp":900}"#, "token expired"),
            (#"{"sub":"eve","exp":2000}"#, "token is about another subject than the socket's"),
        ])
    func badJoinToken(claims: String, reason: String) async throws {
        let authenticator = try await authenticator()
        let payload = try await joinPayload(claims)
        let error = await #expect(throws: JoinRefused.self) {
            _ = try await authenticator.claims(
                joiningWith: payload, socket: AuthenticatedClaims(subject: "ann"), now: now
            )
        }
        #expect(error?.payload == .reason(reason))
    }
}

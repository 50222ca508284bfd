import ChannelSocketServer
import ChannelSocketTesting
import Foundation
import NIOHTTP1
import Testing

@testable import ChannelSocketServer

@Suite("A server that wants tokens", .timeLimit(.minutes(2)))
struct TokenSocketTests {
    private func withServer(
        leewaySeconds: Int = 5, _ body: @Sendable (RunningServer) async throws -> Void
    ) async throws {
        var tokens = TokenConfiguration()
        tokens.keys = [TokenKeyConfiguration(.hs256, source: .secret(TokenFixtures.secret))]
        tokens.leewaySeconds = leewaySeconds
        try await RunningServer.with(change: { [tokens] in $0.access.tokens = tokens }, body)
    }

    @Test("takes phoenix.js' authToken, a header and the query; the claim sub is the name in presence")
    func connecting() async throws {
        try await withServer { server in
            let token = try #require(TokenFixtures.tokens["HS256"])
            let encoded = Data(token.utf8).base64EncodedString().replacing("=", with: "")
            let authToken = "base64url.bearer.phx.\(encoded)"
            let headers: [(name: String, value: String?)] = [("Sec-WebSocket-Protocol", "phoenix, \(authToken)")]
            let clients = [
                try await TestPhoenixClient.connect(port: server.port, handshakeHeaders: headers),
                try await TestPhoenixClient.connect(
                    port: server.port, handshakeHeaders: [("Authorization", "Bearer \(token)")]
                ),
                try await TestPhoenixClient.connect(port: server.port, query: "user=eve&token=\(token)"),
            ]
            for client in clients {
                try await client.join("room:a")
                let state = try await client.expect("presence_state", on: "room:a").payload
                #expect(state.objectValue?.keys.sorted() == ["ann"])
            }
        }
    }

    @Test("tells in the answer to the handshake why it refuses")
    func refusal() async throws {
        try await withServer { server in
            let upgrade = [
                ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
                ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ]
            for (query, reason) in [("", "token missing"), ("&token=x", "token is malformed")] {
                let path = "/socket/websocket?vsn=2.0.0\(query)"
                let answer = try await server.request(.GET, path, headers: upgrade)
                #expect(answer.status == 401)
                #expect(answer.text == reason)
            }
        }
    }

    @Test("closes a socket with 4001 when its token expires")
    func expiry() async throws {
        try await withServer(leewaySeconds: 0) { server in
            let expiry = Int(Date().timeIntervalSince1970) + 3
            let token = try await TestTokens.make(claims: #"{"sub":"ann","exp":\#(expiry)}"#)
            let client: TestPhoenixClient
            do {
                client = try await TestPhoenixClient.connect(port: server.port, query: "token=\(token)")
            } catch {
                // On a machine this slow the token may have expired before it got there.
                #expect(Int(Date().timeIntervalSince1970) >= expiry)
                return
            }
            #expect(
                try await client.socket.receive(within: .seconds(30)) == .close(code: 4001, reason: "token expired"))
            #expect(Int(Date().timeIntervalSince1970) >= expiry)
        }
    }

    @Test("ends a channel when the join's own token expires, and takes the next join with a newer one")
    func joinTokenExpiry() async throws {
        try await withServer(leewaySeconds: 0) { server in
            let token = try #require(TokenFixtures.tokens["HS256"])
            let client = try await TestPhoenixClient.connect(port: server.port, query: "token=\(token)")
            try await client.join("room:b")
            func fresh(for seconds: Int) async throws -> (text: JSONValue, expiry: Int) {
                let expiry = Int(Date().timeIntervalSince1970) + seconds
                return (.string(try await TestTokens.make(claims: #"{"sub":"ann","exp":\#(expiry)}"#)), expiry)
            }
            // On a slow machine a token may have expired before it got there; the next one lasts longer.
            for seconds in [2, 8, 32] {
                let short = try await fresh(for: seconds)
                let reply = try await client.tryJoin("room:a", ["token": short.text])
                guard reply.status == "ok" else {
                    #expect(reply.payload == ["reason": "token expired"])
                    continue
                }
                let end = try await client.expect("phx_error", on: "room:a", within: .seconds(60))
                #expect(end.payload == ["reason": "token expired"])
                #expect(Int(Date().timeIntervalSince1970) >= short.expiry)
                let late = try await client.tryJoin("room:a", ["token": short.text])
                #expect(late.payload == ["reason": "token expired"])
                break
            }
            try await client.join("room:a", ["token": fresh(for: 3_600).text])
            #expect(try await client.call("room:b", "n").status == "ok", "the other channel goes on")
            let page = try await PrometheusPage.of(port: server.port)
            #expect(page["channelsocket_drops_total", ["reason": "expired_channels"]] == 1)
        }
    }

    @Test("refuses a join whose token is about somebody else")
    func joinToken() async throws {
        try await withServer { server in
            let token = try #require(TokenFixtures.tokens["HS256"])
            let client = try await TestPhoenixClient.connect(port: server.port, query: "token=\(token)")
            let other = try await TestTokens.make(claims: #"{"sub":"eve","exp":4102444800}"#)
            let reply = try await client.tryJoin("room:a", ["token": .string(other)])
            #expect(reply.status == "error")
            let own = try await client.tryJoin("room:a", ["token": .string(token)])
            #expect(own.status == "ok")
        }
    }
}

import ChannelSocketTesting
import Foundation
import NIOHTTP1
import Testing

/// A declared channel that wants something of the token, in the program as it is delivered.
@Suite("A channel for whose token says so", .timeLimit(.minutes(2)))
struct ClaimChannelTests {
    private static let configuration = """
        auth:
          leeway_seconds: 0
        channels:
          - topic: "team:*"
            join: claim
            claims: ["teams contains {1}"]
            relay: all
            presence: claim:sub
        api_keys:
          - {name: backend, key: "a key of more than 16 bytes", permissions: [publish]}
        """

    private func withServer(_ body: (RunningServer) async throws -> Void) async throws {
        let file = try TemporaryFile(Self.configuration)
        let server = try ServerProcess.start(
            "serve", "--port", "0", "--config", file.path,
            environment: ["CHANNELSOCKET_TOKEN_SECRET": TokenFixtures.secret]
        )
        try await body(RunningServer(port: server.waitForPort()))
        try await server.stop()
    }

    private static func token(_ name: String, teams: String, expiry: Int = 4_102_444_800) async throws -> String {
        try await TestTokens.make(claims: #"{"sub":"\#(name)","teams":[\#(teams)],"exp":\#(expiry)}"#)
    }

    @Test("lets in whom the claim names the topic, says forbidden to others, and counts them")
    func claims() async throws {
        try await withServer { server in
            let ann = try await TestPhoenixClient.connect(
                port: server.port, query: "token=" + Self.token("ann", teams: #""red","blue""#)
            )
            let bob = try await TestPhoenixClient.connect(
                port: server.port, query: "token=" + Self.token("bob", teams: #""blue""#)
            )
            try await ann.join("team:red")
            let state = try await ann.expect("presence_state", on: "team:red").payload
            #expect(state.objectValue?.keys.sorted() == ["ann"])
            #expect(try await bob.tryJoin("team:red").payload == ["reason": "forbidden"])
            try await ann.join("team:blue")
            try await bob.join("team:blue")
            #expect(try await bob.call("team:blue", "new_msg", ["body": "hi"]).status == "ok")
            #expect(try await ann.expect("new_msg", on: "team:blue").payload == ["body": "hi"])
            let page = try await PrometheusPage.of(port: server.port)
            #expect(page["channelsocket_drops_total", ["reason": "refused_joins"]] == 1)
        }
    }

    @Test("closes with 4001 when the token expires")
    func expiry() async throws {
        try await withServer { server in
            // On a slow machine a token may have expired before it got there; the next one lasts longer.
            for seconds in [2, 8, 32] {
                let expiry = Int(Date().timeIntervalSince1970) + seconds
                let token = try await Self.token("ann", teams: #""red""#, expiry: expiry)
                guard let client = try? await TestPhoenixClient.connect(port: server.port, query: "token=\(token)"),
                    (try? await client.tryJoin("team:red"))?.status == "ok"
                else {
                    #expect(Int(Date().timeIntervalSince1970) >= expiry)
                    continue
                }
                _ = try await client.expect("presence_state", on: "team:red")
                let close = try await client.socket.receive(within: .seconds(60))
                #expect(close == .close(code: 4001, reason: "token expired"))
                #expect(Int(Date().timeIntervalSince1970) >= expiry)
                break
            }
        }
    }

    @Test("has refused tokens and API keys in the metrics, by reason")
    func refusals() async throws {
        try await withServer { server in
            func refusals(_ reason: String) async throws -> Double? {
                let page = try await PrometheusPage.of(port: server.port)
                return page["channelsocket_access_refusals_total", ["reason": reason]]
            }
            let upgrade = [
                ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
                ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ]
            let valid = try await Self.token("ann", teams: #""red""#)
            let expired = try await Self.token("ann", teams: #""red""#, expiry: 1_000_000_000)
            let tokens = [
                (expired, "token_expired", "token expired"),
                (valid.dropLast(8) + "AAAAAAAA", "token_bad_signature", "token has a bad signature"),
            ]
            for (token, reason, text) in tokens {
                #expect(try await refusals(reason) == nil)
                for count in 1...2 {
                    let path = "/socket/websocket?vsn=2.0.0&token=\(token)"
                    let answer = try await server.request(.GET, path, headers: upgrade)
                    #expect(answer.status == 401)
                    #expect(answer.text == text)
                    #expect(try await refusals(reason) == Double(count))
                }
            }
            #expect(try await refusals("api_key_missing") == 0)
            for key in [nil, "another key"] {
                let answer = try await server.request(
                    .POST, "/api/v1/broadcast", key: key, body: #"{"topic":"team:red","event":"e"}"#
                )
                #expect(answer.status == 401)
            }
            #expect(try await refusals("api_key_missing") == 1)
            #expect(try await refusals("api_key_unknown") == 1)
            #expect(try await refusals("token_expired") == 2, "nothing else has changed")
        }
    }
}

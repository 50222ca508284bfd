import ChannelSocketServer
import ChannelSocketTesting
import Testing

/// `channelsocket publish`, `presence` and `tail` with the keys and tokens that a server wants.
@Suite("channelsocket's client commands and a server that asks who they are", .timeLimit(.minutes(2)))
struct CommandsThroughHTTPTests {
    private func run(_ arguments: [String], _ environment: [String: String]) async throws -> (Int32?, String) {
        let nothing = ["REDIS_URL": "", "CHANNELSOCKET_API_KEY": "", "CHANNELSOCKET_TOKEN": ""]
        let process = try ChildProcess(
            product: "channelsocket", arguments: arguments, environment: nothing.merging(environment) { $1 }
        )
        guard case .exited(let code) = try await process.waitForExit(within: .seconds(40)) else {
            return (nil, process.output)
        }
        return (code, process.output)
    }

    @Test("publish and presence go through the HTTP API of a node")
    func api() async throws {
        let key = APIKeyConfiguration(name: "cli", key: "right", permissions: [.publish, .presence])
        try await RunningServer.with {
            $0.access.apiKeys = [key]
        } _: { server in
            let client = try await TestPhoenixClient.connect(port: server.port, query: "user=a+b")
            try await client.join("room:a+b")
            try await client.expect("presence_state", on: "room:a+b")
            let node = ["--url", "http://127.0.0.1:\(server.port)"]
            let published = try await run(
                ["publish", "room:a+b", "new_msg", #"{"body":"ü"}"#] + node, ["CHANNELSOCKET_API_KEY": "right"]
            )
            #expect(published == (0, "published"))
            #expect(try await client.expect("new_msg", on: "room:a+b").payload == ["body": "ü"])

            let present = try await run(["presence", "room:a+b"] + node, ["CHANNELSOCKET_API_KEY": "right"])
            #expect(present.0 == 0)
            #expect(present.1.hasPrefix("1 present, 1 device\na b  {"), "\(present.1)")

            let wrong = try await run(["publish", "room:a", "x"] + node, ["CHANNELSOCKET_API_KEY": "wrong"])
            #expect(wrong.0 == 1)
            #expect(wrong.1 == "Error: the node answered 401: the API key is not known")
            let reserved = try await run(["publish", "room:a", "phx_close"] + node, ["CHANNELSOCKET_API_KEY": "right"])
            #expect(reserved.0 == 1)
            #expect(reserved.1.hasPrefix("Error: the node answered 4"))
        }
    }

    @Test("tail joins with a token, and says what is wrong with it")
    func token() async throws {
        var tokens = TokenConfiguration()
        tokens.keys = [TokenKeyConfiguration(.hs256, source: .secret(TokenFixtures.secret))]
        try await RunningServer.with { [tokens] in
            $0.access.tokens = tokens
        } _: { server in
            let command = ["tail", "room:a", "--url", "ws://127.0.0.1:\(server.port)", "--event", "presence_state"]
            let token = try #require(TokenFixtures.tokens["HS256"])
            let joined = try await run(command + ["--count", "1", "--quiet"], ["CHANNELSOCKET_TOKEN": token])
            #expect(joined.0 == 0)
            #expect(joined.1.contains(#""payload":{"ann":{"#), "\(joined.1)")
            for (token, reason) in [("", "token missing"), ("x", "token is malformed")] {
                let refused = try await run(command, ["CHANNELSOCKET_TOKEN": token])
                #expect(refused.0 == 1)
                #expect(refused.1.contains("the server refused the connection: HTTP 40"))
                #expect(refused.1.contains(reason), "\(refused.1)")
            }
        }
    }
}

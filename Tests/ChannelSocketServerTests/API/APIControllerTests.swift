import ChannelSocketRedis
import ChannelSocketServer
import ChannelSocketTesting
import NIOHTTP1
import Testing

@Suite("The HTTP API", .timeLimit(.minutes(2)))
struct APIControllerTests {
    private static let keys = [
        APIKeyConfiguration(name: "all", key: "all", permissions: [.admin]),
        APIKeyConfiguration(name: "publisher", key: "publisher", permissions: [.publish], topics: ["room:*"]),
        APIKeyConfiguration(name: "reader", key: "reader", permissions: [.read, .presence], topics: ["room:a"]),
    ]

    private func withServer(_ body: @Sendable (RunningServer) async throws -> Void) async throws {
        try await RunningServer.with(change: { $0.access.apiKeys = Self.keys }, body)
    }

    private static func post(
        _ server: RunningServer, _ path: String, _ body: String, key: String? = "all",
        _ headers: [(String, String)] = []
    ) async throws -> RunningServer.Answer {
        try await server.request(.POST, "/api/v1/\(path)", key: key, headers: headers, body: body)
    }

    private static func expect(_ answer: RunningServer.Answer, _ status: Int, _ detail: String) throws {
        #expect(answer.status == status)
        #expect(answer.headers["content-type"] == ["application/problem+json"])
        #expect(try answer.json["status"] == .number("\(status)"))
        #expect(try answer.json["type"] == "about:blank")
        #expect(try answer.json["detail"]?.stringValue?.contains(detail) == true, "\(answer.text)")
    }

    /// The close frame of a client, which may get its presence before.
    private static func close(of client: TestPhoenixClient) async throws -> TestWebSocketEvent {
        while true {
            let event = try await client.socket.receive()
            if case .text = event { continue }
            return event
        }
    }

    @Test("broadcasts one event, several, and all but to one subscriber")
    func broadcasts() async throws {
        try await withServer { server in
            let ann = try await TestPhoenixClient.connect(port: server.port)
            try await ann.join("room:a")
            let one = try await Self.post(
                server, "broadcast", #"{"topic":"room:a","event":"new","payload":{"n":12345678901234567890, "f":1.50}}"#
            )
            #expect(one.status == 200)
            #expect(try one.json == ["published": 1])
            let payload = try await ann.expect("new", on: "room:a").payload
            #expect(payload.description == #"{"f":1.50,"n":12345678901234567890}"#)
            let several = try await Self.post(
                server, "broadcasts",
                #"{"broadcasts":[{"topic":"room:a","event":"x"},{"topic":"room:b","event":"y"},{"topic":"room:a","event":"z"}]}"#
            )
            #expect(try several.json == ["published": 3])
            try await ann.expect("x", on: "room:a")
            try await ann.expect("z", on: "room:a")
            try await ann.expectSilence()
        }
    }

    @Test("carries out a request with an idempotency key once")
    func idempotency() async throws {
        try await withServer { server in
            let ann = try await TestPhoenixClient.connect(port: server.port)
            try await ann.join("room:a")
            let body = #"{"topic":"room:a","event":"new"}"#
            let header = [("Idempotency-Key", "order-7")]
            let first = try await Self.post(server, "broadcast", body, header)
            #expect(first.status == 200)
            #expect(first.headers["idempotency-replayed"].isEmpty)
            let second = try await Self.post(server, "broadcast", body, header)
            #expect(second.text == first.text)
            #expect(second.headers["idempotency-replayed"] == ["true"])
            // Another client of the API may use the same key for something else.
            #expect(try await Self.post(server, "broadcast", body, key: "publisher", header).status == 200)
            let other = try await Self.post(server, "broadcast", #"{"topic":"room:a","event":"other"}"#, header)
            try Self.expect(other, 422, "another body")
            for _ in 1...2 { try await ann.expect("new", on: "room:a") }
            try await ann.expectSilence()
        }
    }

    @Test("lets a key do what it may, and nothing else")
    func permissions() async throws {
        try await withServer { server in
            let hello = #"{"topic":"room:a","event":"hello"}"#
            try Self.expect(try await Self.post(server, "broadcast", hello, key: nil), 401, "an API key is needed")
            let unknown = try await Self.post(server, "broadcast", hello, key: "wrong")
            try Self.expect(unknown, 401, "not known")
            #expect(unknown.headers["www-authenticate"] == ["Bearer"])
            try Self.expect(try await Self.post(server, "broadcast", hello, key: "reader"), 403, "permission publish")
            let elsewhere = #"{"topic":"news","event":"hello"}"#
            try Self.expect(
                try await Self.post(server, "broadcast", elsewhere, key: "publisher"), 403, "not for this topic"
            )
            let trick = #"{"topic":"room:a","event":"disconnect"}"#
            try Self.expect(
                try await Self.post(server, "broadcast", trick, key: "publisher"), 403, "permission disconnect"
            )
            let header = try await Self.post(server, "broadcast", hello, key: nil, [("X-API-Key", "publisher")])
            #expect(header.status == 200)
            try Self.expect(
                try await server.request(.GET, "/api/v1/presence?topic=room:b", key: "reader"), 403,
                "not for this topic"
            )
        }
    }

    @Test("has no API without keys, and says so")
    func noKeys() async throws {
        try await RunningServer.with { server in
            let answer = try await server.request(.GET, "/api/v1/node")
            try Self.expect(answer, 401, "this server has no API keys")
        }
    }

    @Test(
        "says what is wrong with a body",
        arguments: [
            ("broadcast", "", 400, "not JSON"), ("broadcast", "{", 400, "not JSON"),
            ("broadcast", "[]", 422, "an object"), ("broadcast", "{}", 422, "event must be"),
            ("broadcast", #"{"topic":7,"event":"x"}"#, 422, "topic must be a string"),
            ("broadcast", #"{"topic":"","event":"x"}"#, 422, "topic must be a string"),
            ("broadcast", #"{"topic":"a","event":"x","payload":[1]}"#, 422, "payload must be an object"),
            ("broadcast", #"{"topic":"a","event":"phx_close"}"#, 422, "reserved"),
            ("broadcast", #"{"topic":"a","event":"x","exclude":"y"}"#, 422, "exclude must be"),
            ("broadcast", #"{"topic":"a","event":"x","evnet":"y"}"#, 422, "unknown member"),
            ("broadcasts", #"{"broadcasts":[]}"#, 422, "1 to 100"),
            ("broadcasts", #"{"broadcasts":[{"topic":"a","event":"x"},{}]}"#, 422, "broadcasts[1]: event"),
            ("disconnect", #"{"id":""}"#, 422, "id must be a string"),
        ])
    func badBodies(path: String, body: String, status: Int, detail: String) async throws {
        try await withServer { server in
            try Self.expect(try await Self.post(server, path, body), status, detail)
        }
    }

    @Test("answers every error with a problem document")
    func problems() async throws {
        try await withServer { server in
            let form = [("Content-Type", "application/x-www-form-urlencoded")]
            try Self.expect(
                try await Self.post(server, "broadcast", "a=b", form), 415, "Content-Type: application/json")
            let large = String(repeating: " ", count: 5 << 20)
            try Self.expect(try await Self.post(server, "broadcast", large), 413, "larger than")
            try Self.expect(try await server.request(.GET, "/api/v1/nowhere", key: "all"), 404, "nothing at this path")
            let method = try await server.request(.DELETE, "/api/v1/broadcast", key: "all")
            try Self.expect(method, 405, "this path takes POST")
            #expect(method.headers["allow"] == ["POST"])
            try Self.expect(try await server.request(.GET, "/api/v1/presence", key: "all"), 400, "topic is needed")
            for limit in ["0", "1001", "x", "-1"] {
                let answer = try await server.request(.GET, "/api/v1/topics?limit=\(limit)", key: "all")
                try Self.expect(answer, 400, "limit must be")
            }
        }
    }

    @Test("shows topics, connections, presence, this node and the document that describes it")
    func looking() async throws {
        try await withServer { server in
            let ann = try await TestPhoenixClient.connect(port: server.port, query: "user=ann")
            let bob = try await TestPhoenixClient.connect(port: server.port, version: .v1)
            for client in [ann, bob] { try await client.join("room:a") }
            try await ann.join("room:b")
            try await ann.expect("presence_state", on: "room:b")
            let topics = try await server.request(.GET, "/api/v1/topics?prefix=room%3A&limit=1", key: "all").json
            #expect(topics["total"] == 2)
            #expect(topics["topics"] == [["topic": "room:a", "subscribers": 2]])
            let own = try await server.request(.GET, "/api/v1/topics", key: "reader").json
            #expect(own["total"] == 1)
            let connections = try await server.request(.GET, "/api/v1/connections", key: "all").json
            #expect(connections["connections"] == 2)
            #expect(connections["channels"] == 3)
            let presence = try await server.request(.GET, "/api/v1/presence?topic=room:b", key: "all").json
            #expect(presence["count"] == 1)
            #expect(presence["presences"]?["ann"]?["metas"]?[0]?["phx_ref"]?.stringValue != nil)
            let node = try await server.request(.GET, "/api/v1/node", key: "all").json
            #expect(node["status"] == "ok")
            let nodes = try await server.request(.GET, "/api/v1/nodes", key: "all").json
            #expect(nodes["nodes"]?[0]?["id"] == node["node"])
            let document = try await server.request(.GET, "/api/openapi.json")
            #expect(try document.json["openapi"] == "3.1.0")
        }
    }

    @Test("reaches the clients of all nodes, and disconnects a user on another node")
    func cluster() async throws {
        try await RedisServer.withServer { redis in
            let url = try RedisConfiguration(url: redis.url)
            let change: @Sendable (inout ServerConfiguration) -> Void = {
                $0.redis.server = url
                $0.access.apiKeys = Self.keys
                $0.access.tokens = TokenConfiguration()
                $0.access.tokens?.keys = [TokenKeyConfiguration(.hs256, source: .secret(TokenFixtures.secret))]
            }
            try await RunningServer.with(change: change) { alpha in
                try await RunningServer.with(change: change) { beta in
                    for node in [alpha, beta] { try await node.waitForHealth() }
                    let token = try #require(TokenFixtures.tokens["HS256"])
                    let ann = try await TestPhoenixClient.connect(port: beta.port, query: "token=\(token)")
                    try await ann.join("room:a")
                    let answer = try await Self.post(alpha, "broadcast", #"{"topic":"room:a","event":"new"}"#)
                    #expect(answer.status == 200, "\(answer.text)")
                    try await ann.expect("new", on: "room:a")
                    let order = try await Self.post(alpha, "disconnect", #"{"id":"users_socket:ann"}"#)
                    #expect(order.status == 202)
                    #expect(try await Self.close(of: ann) == .close(code: 1001, reason: "disconnected"))
                }
            }
        }
    }

    @Test("sends nothing while the node is cut off from the others")
    func cutOff() async throws {
        let change: @Sendable (inout ServerConfiguration) -> Void = {
            $0.redis.server = try? RedisConfiguration(url: "redis://127.0.0.1:1")
            $0.access.apiKeys = Self.keys
        }
        try await RunningServer.with(change: change) { server in
            let answer = try await Self.post(server, "broadcast", #"{"topic":"room:a","event":"new"}"#)
            try Self.expect(answer, 503, "nothing was sent")
            #expect(answer.headers["retry-after"] == ["1"])
        }
    }
}

import AsyncHTTPClient
import ChannelSocket
import ChannelSocketTesting
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import PhoenixWire
import Testing

@testable import ChannelSocketServer

/// The admin page's own endpoints on a running node.
@Suite("The admin page", .timeLimit(.minutes(2)))
struct AdminTests {
    private static let key = "correct horse battery staple"

    /// Runs a server while a test looks at it.
    private func withServer(
        key: String? = AdminTests.key, _ body: (_ url: String, _ port: Int) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration()
        configuration.listen.port = 0
        configuration.admin.key = key.map(Secret.init)
        configuration.admin.maxTails = 1
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = StockServer(configuration: configuration, logger: silent)
        let (urls, continuation) = AsyncStream.makeStream(of: String.self)
        try await withThrowingTaskGroup { group in
            group.addTask {
                defer { continuation.finish() }
                try await server.run { continuation.yield($0) }
            }
            let url = try #require(await urls.first { _ in true })
            let port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
            try await body(url, port)
            group.cancelAll()
        }
    }

    private func get(_ url: String, key: String? = AdminTests.key) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url)
        if let key { request.headers.add(name: "authorization", value: "Bearer \(key)") }
        return try await HTTPClient.shared.execute(request, timeout: .seconds(30))
    }

    private func text(_ response: HTTPClientResponse) async throws -> String {
        String(buffer: try await response.body.collect(upTo: 1 << 20))
    }

    @Test("is not there without a key in the configuration")
    func off() async throws {
        try await withServer(key: nil) { (url: String, _: Int) async throws in
            for path in ["/admin", "/admin/overview", "/admin/tail?topic=a", "/admin/admin.js"] {
                #expect(try await get(url + path).status == .notFound)
            }
        }
    }

    @Test("shows the page to everybody, under a strict policy, and figures to nobody without the key")
    func key() async throws {
        try await withServer { url, _ in
            let page = try await get("\(url)/admin", key: nil)
            #expect(page.status == .ok)
            let policy = try #require(page.headers["content-security-policy"].first)
            #expect(policy.contains("default-src 'none'"))
            #expect(!policy.contains("unsafe"))
            for path in ["/admin/overview", "/admin/tail?topic=a"] {
                #expect(try await get(url + path, key: nil).status == .unauthorized)
                #expect(try await get(url + path, key: "correct horse battery stapler").status == .unauthorized)
            }
        }
    }

    @Test("gives an overview of the node")
    func overview() async throws {
        try await withServer { url, port in
            let client = try await TestPhoenixClient.connect(port: port)
            try await client.join("room:lobby")
            let overview = try JSONValue(parsing: try await text(get("\(url)/admin/overview")))
            #expect(overview["connections"] == 1)
            #expect(overview["traffic"]?["messages_received"] == 1)
            #expect(overview["traffic"]?["connections_opened"] == 1)
            #expect(overview["redis"] == nil)
            #expect(overview["nodes"]?[0]?["id"] == overview["node"])
        }
    }

    @Test("follows a topic: what is broadcast after the first line is shown, to as many as allowed")
    func tail() async throws {
        try await withServer { url, port in
            let client = try await TestPhoenixClient.connect(port: port)
            try await client.join("room:lobby")
            let watching = try await get("\(url)/admin/tail?topic=room:lobby")
            #expect(watching.status == .ok)
            var parts = watching.body.makeAsyncIterator()
            #expect(try await parts.next().map { String(buffer: $0) } == "{\"ready\":true}\n")
            #expect(try await get("\(url)/admin/tail?topic=room:other").status == .tooManyRequests)

            _ = try await client.call("room:lobby", "new_msg", ["body": "hi\nthere"])
            var line = ""
            while !line.contains("new_msg"), let part = try await parts.next() { line += String(buffer: part) }
            let shown = try JSONValue(parsing: line)
            #expect(shown["event"] == "new_msg")
            #expect(shown["payload"] == ["body": "hi\nthere"])
            #expect(try await get("\(url)/admin/tail").status == .badRequest)
        }
    }

    @Test("gives the place of a watcher back who left before the first line")
    func abandoned() async throws {
        let pubSub = PubSub()
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        var configuration = AdminConfiguration()
        configuration.maxTails = 1
        let controller = AdminController(
            roster: ClusterRoster(NodeStatus(pubSub: pubSub, redis: nil), on: eventLoop, logger: TestTokens.logger),
            eventLoop: eventLoop, configuration: configuration, statistics: AuthenticationStatistics(),
            logger: TestTokens.logger
        )
        let places = AdminTailPlaces(most: 1)
        do {
            let watched = await controller.tail("room:lobby", places)
            #expect(await controller.tail("room:lobby", places).status == .tooManyRequests)
            #expect(pubSub.topicCount == 1)
            #expect(watched.status == .ok)
        }
        #expect(places.take() != nil)
        // It is left on the event loop.
        try await eventLoop.submit {}.get()
        #expect(pubSub.topicCount == 0)
    }

    @Test("counts whom it refuses, as the page of metrics does")
    func refusals() async throws {
        try await RunningServer.with { configuration in
            configuration.admin.key = Secret(Self.key)
            configuration.metrics.bearerToken = Secret("token of Prometheus")
        } _: { server in
            for path in ["/metrics", "/admin/overview"] {
                #expect(try await server.request(.GET, path).status == 401)
                #expect(try await server.request(.GET, path, key: "another").status == 401)
                #expect(try await server.request(.GET, path, headers: [("authorization", "Basic x")]).status == 401)
            }
            // Schemes are the same in any case (RFC 9110).
            let headers = [("authorization", "bearer  token of Prometheus")]
            let page = try PrometheusPage(try await server.request(.GET, "/metrics", headers: headers).text)
            let name = "channelsocket_access_refusals_total"
            #expect(page[name, ["reason": "admin_key_missing"]] == 2)
            #expect(page[name, ["reason": "admin_key_unknown"]] == 1)
            #expect(page[name, ["reason": "metrics_token_missing"]] == 2)
            #expect(page[name, ["reason": "metrics_token_unknown"]] == 1)
        }
    }

    @Test("keeps a broadcast in one line, whatever its payload, and leaves long and binary ones out")
    func lines() throws {
        func line(_ payload: Payload, missed: Int = 0) -> String {
            let broadcast = Broadcast(topic: "a", event: "e\n\"", payload: payload)
            return String(buffer: AdminTail.line(for: broadcast, missed: missed))
        }
        let pretty = line(try Payload(json: "{\n  \"a\": [1,\r\n 2]\n}"), missed: 3)
        #expect(pretty.filter(\.isNewline).count == 1)
        let value = try JSONValue(parsing: pretty)
        #expect(value["payload"] == ["a": [1, 2]])
        #expect(value["event"] == "e\n\"")
        #expect(value["missed"] == 3)
        #expect(line(.binary(ByteBuffer(string: "xyz"))).contains("\"bytes\":3,\"binary\":true"))
        let long = Payload.json(ByteBuffer(string: "\"\(String(repeating: "x", count: 20_000))\""))
        #expect(line(long).contains("\"long\":true"))
    }
}

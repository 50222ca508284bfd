import ChannelSocketHTTP
import NIOCore
import ServiceLifecycle
import Testing

/// Holds docs/limits.md against the server: what a connection is told that does not become a WebSocket.
@Suite("Answers at limits of connections", .timeLimit(.minutes(3)))
struct ConnectionLimitAnswersTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        /// How the row in docs/limits.md begins.
        var row: String
        var change: @Sendable (inout MountedHTTPChannel.Configuration) -> Void = { _ in }
        /// How many requests are answered before.
        var requestsBefore = 0
        var request: String
        /// The status and its text; nil if the connection is closed without an answer.
        var status: String?
        var body = ""
        /// What counts it, once.
        var counter: String
        var testDescription: String { "\(row): \(status ?? "closed")" }
    }

    private static func upgrade(_ query: String = "vsn=2.0.0", _ changes: [String: String?] = [:]) -> String {
        upgradeRequest(changes, path: "/ws/websocket?\(query)")
    }

    private static let manyFields = [String: String?](uniqueKeysWithValues: (0...100).map { ("X-\($0)", "1") })

    static let admissions = [
        Refusal(
            row: "`maxWebSockets`", change: { $0.connections.maxWebSockets = 1 }, request: upgrade(),
            status: "503 Service Unavailable", body: "too many connections", counter: "connections_over_limit"),
        Refusal(
            row: "`maxPerAddress`",
            change: {
                $0.connections.addressesWithoutLimit = []
                $0.connections.maxPerAddress = 1
            },
            request: upgrade(), status: "429 Too Many Requests", body: "too many connections from this address",
            counter: "connections_over_address_limit"),
        Refusal(
            row: "`decisionTimeout`", change: { $0.decisionTimeout = .milliseconds(500) },
            request: upgrade("vsn=2.0.0&connect=hang"), status: "503 Service Unavailable", body: "connect timeout",
            counter: "connect_timeouts"),
        Refusal(
            row: "`originCheck`", request: upgrade("vsn=2.0.0", ["Origin": "https://evil.test"]),
            status: "403 Forbidden", body: "origin not allowed", counter: "refused_origins"),
        Refusal(
            row: "connect callback refuses", request: upgrade("vsn=2.0.0&connect=refuse"), status: "403 Forbidden",
            counter: "refused_connections"),
        Refusal(
            row: "connect callback refuses", request: upgrade("vsn=3.0.0"), status: "403 Forbidden",
            counter: "refused_connections"),
    ]

    static let requests = [
        Refusal(
            row: "`http1.httpDecoder`", request: upgrade("vsn=2.0.0", ["X": String(repeating: "x", count: 16_385)]),
            status: "431 Request Header Fields Too Large", body: "request head too large",
            counter: "malformed_requests"),
        Refusal(
            row: "`http1.httpDecoder`", request: upgrade("vsn=2.0.0", manyFields),
            status: "431 Request Header Fields Too Large", body: "request head too large",
            counter: "malformed_requests"),
        Refusal(
            row: "invalid upgrade request", request: upgrade("vsn=2.0.0", ["Upgrade": nil]),
            status: "400 Bad Request", body: "'upgrade' header must contain 'websocket', got []",
            counter: "malformed_requests"),
        Refusal(
            row: "invalid upgrade request", request: upgrade("vsn=2.0.0&x=%FF"), status: "400 Bad Request",
            body: "the query is malformed or too long", counter: "malformed_requests"),
    ]

    static let timeouts = [
        Refusal(
            row: "`handshakeTimeout`", change: { $0.handshakeTimeout = .milliseconds(500) }, request: "",
            counter: "handshake_timeouts"),
        Refusal(
            row: "`handshakeTimeout`", change: { $0.handshakeTimeout = .milliseconds(500) },
            request: "GET /ws/websocket HTTP/1.1\r\nHost:", counter: "handshake_timeouts"),
        Refusal(
            row: "`http1.idleTimeout`",
            change: { $0.http1 = MountedHTTPChannel.Configuration.http1(idleTimeout: .milliseconds(300)) },
            requestsBefore: 1, request: "", counter: "idle_http_connections"),
    ]

    @Test(
        "have the status and the text of docs/limits.md, are counted once, and concern nobody else",
        arguments: admissions + requests + timeouts)
    func refuses(expected: Refusal) async throws {
        let counts = [expected.counter: 1]
        let code = expected.status.map { String($0.prefix(3)) } ?? "closed"
        try DocumentedLimit(expected.row).expect(code: code, texts: [expected.body], counts: counts)
        var http = MountedHTTPChannel.Configuration()
        expected.change(&http)
        try await withLimitedServer(http: http) { server in
            let answer = try await RawClient.connect(server.port) { client in
                try await client.get(expected.requestsBefore)
                try await client.send(expected.request)
                return try await client.receiveAll()
            }
            if let status = expected.status {
                #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\n"))
                #expect(answer.hasSuffix("\r\n\r\n\(expected.body)"))
                #expect(answer.contains("\r\nretry-after: 5\r\n") == ["429", "503"].contains(code))
            } else {
                #expect(answer == "")
            }
            try await server.expect(counts: counts)
        }
    }

    @Test("are the connect callback's own if it has any")
    func denied() async throws {
        let counts = ["refused_connections": 1]
        try DocumentedLimit("connect callback refuses").expect(code: "or what the callback says", counts: counts)
        try await withLimitedServer { server in
            let answer = try await RawClient.exchange(server.port, Self.upgrade("vsn=2.0.0&connect=deny"))
            #expect(answer.hasPrefix("HTTP/1.1 401 Unauthorized\r\n"))
            #expect(answer.hasSuffix("\r\n\r\nwho are you?"))
            try await server.expect(counts: counts)
        }
    }

    @Test("are the application's to a head that is too large and not the first on its connection")
    func lateLargeHead() async throws {
        let counts = ["malformed_requests": 1]
        try DocumentedLimit("`http1.httpDecoder`").expect(
            code: "400 if it is not the first", texts: ["request head too large"], counts: counts
        )
        try await withLimitedServer { server in
            let answer = try await RawClient.connect(server.port) { client in
                try await client.get(1)
                try await client.send(Self.upgrade("vsn=2.0.0", ["X": String(repeating: "x", count: 20_000)]))
                return try await client.receiveAll()
            }
            #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            try await server.expect(counts: counts)
        }
    }

    @Test("tell a client whose handshake is not done that the node shuts down")
    func shutdown() async throws {
        let counts = ["drained_handshakes": 1]
        try DocumentedLimit("the node shuts down").expect(code: "503", texts: ["shutting down"], counts: counts)
        try await withLimitedServer { server in
            let answer = try await RawClient.connect(server.port) { client in
                try await client.send(Self.upgrade("vsn=2.0.0&connect=hang"))
                await server.gate.waitForVisitor()
                await server.services.triggerGracefulShutdown()
                return try await client.receiveAll()
            }
            #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            #expect(answer.contains("\r\nretry-after: 5\r\n"))
            #expect(answer.hasSuffix("\r\n\r\nshutting down"))
            #expect(server.counted == counts)
        }
    }
}

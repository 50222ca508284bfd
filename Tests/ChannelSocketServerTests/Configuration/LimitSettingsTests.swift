import ChannelSocket
import ChannelSocketHTTP
import ChannelSocketTesting
import NIOCore
import NIOHTTP1
import Testing

@testable import ChannelSocketServer

/// Settings of limits, seen from a client.
@Suite("Settings of limits", .timeLimit(.minutes(2)))
struct LimitSettingsTests {
    private static let upgrade = [
        ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]

    private func withServer(
        _ settings: [String: String], _ body: @Sendable (RunningServer) async throws -> Void
    ) async throws {
        let server = try await StockServer(
            configurationFile: nil, settings: settings.merging(["listen.port": "0"]) { $1 }, environment: [:],
            logger: TestTokens.logger
        )
        try await RunningServer.with(server, body)
    }

    @Test("let a head be as large as they say, and no larger")
    func head() async throws {
        let settings = ["limits.max_header_bytes": "40KiB", "limits.max_header_fields": "200"]
        try await withServer(settings) { (server: RunningServer) async throws in
            func status(cookies: Int, bytes: Int) async throws -> Int {
                let cookie = String(repeating: "c", count: bytes)
                let headers = (0..<cookies).map { ("Cookie-\($0)", cookie) }
                // Only the first request of a connection is answered with 431, later ones with Hummingbird's 400.
                let close = [("Connection", "close")]
                return try await server.request(.GET, "/health", headers: headers + close).status
            }
            #expect(try await status(cookies: 1, bytes: 30_000) == 200)
            #expect(try await status(cookies: 150, bytes: 1) == 200)
            #expect(try await status(cookies: 1, bytes: 42_000) == 431)
            #expect(try await status(cookies: 250, bytes: 1) == 431)
        }
    }

    @Test("say what a client is told to wait, and whom the limit per address concerns")
    func addresses() async throws {
        let settings = [
            "limits.addresses_without_limit": "10.0.0.0/8", "limits.max_connections_per_address": "1",
            "limits.retry_after": "17s",
        ]
        try await withServer(settings) { server in
            let first = try await TestPhoenixClient.connect(port: server.port)
            let answer = try await server.request(.GET, "/socket/websocket?vsn=2.0.0", headers: Self.upgrade)
            #expect(answer.status == 429)
            #expect(answer.headers.first(name: "retry-after") == "17")
            try await first.join("room:a")
        }
    }

    @Test(
        "close a client whose message is beyond what they say",
        arguments: [
            ("limits.max_topic_bytes", #"["1","1","room:aaaaaaaaaaaaaaaaaaaa","phx_join",{}]"#),
            ("limits.max_event_bytes", #"["1","1","room:a","eeeeeeeeeeeeeeeeeeee",{}]"#),
            ("limits.max_ref_bytes", #"["1","11111111111111111111","room:a","e",{}]"#),
            ("limits.max_json_depth", #"["1","1","room:a","e",{"a":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}]"#),
        ]
    )
    func messages(setting: String, message: String) async throws {
        try await withServer([setting: "16"]) { server in
            let client = try await TestPhoenixClient.connect(port: server.port)
            try await client.join("room:b")
            try await client.socket.send(text: message)
            // Presence comes first.
            while true {
                guard case .close(let code, _) = try await client.socket.receive() else { continue }
                #expect(code == 1008)
                break
            }
        }
        try await withServer([:]) { server in
            let client = try await TestPhoenixClient.connect(port: server.port)
            try await client.socket.send(text: message)
            #expect(try await client.next().event == "phx_reply", "allowed by default")
        }
    }

    @Test("reach the limits that they are named after")
    func values() async throws {
        let settings = [
            "limits.max_unfinished_bytes_per_loop": "1MiB", "limits.max_mailbox_bytes": "2KiB",
            "limits.channel_shutdown_timeout": "3s", "limits.accept_burst": "4", "limits.http_idle_timeout": "5s",
        ]
        let limits = try await LoadedConfiguration(from: ConfigurationSources(flags: settings)).configuration.limits
        #expect(limits.webSocket.maxUnfinishedBytesPerLoop == 1 << 20)
        #expect(limits.socket.maxMailboxBytes == 2 << 10)
        #expect(limits.socket.channelShutdownTimeout == .seconds(3))
        #expect(limits.connections.acceptBurst == 4)
        #expect(limits.httpIdleTimeout == .seconds(5))
    }
}

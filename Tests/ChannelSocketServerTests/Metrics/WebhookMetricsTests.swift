import ChannelSocketServer
import ChannelSocketTesting
import Hummingbird
import Logging
import Synchronization
import Testing

/// What `/metrics` says about webhooks, while a backend answers well and badly.
@Suite("The metrics of webhooks", .timeLimit(.minutes(2)))
struct WebhookMetricsTests {
    /// What the backend answers next.
    private final class Backend: Sendable {
        let status = Mutex(HTTPResponse.Status.ok)
        let body = Mutex("{}")
    }

    private func withBackend(_ body: (_ url: String, _ backend: Backend) async throws -> Void) async throws {
        let backend = Backend()
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let router = Router()
        router.post("/") { _, _ in
            EditedResponse(status: backend.status.withLock { $0 }, response: backend.body.withLock { $0 })
        }
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await withThrowingTaskGroup { group in
            group.addTask { try await application.run() }
            let number = try #require(await ports.first { _ in true })
            try await body("http://127.0.0.1:\(number)/", backend)
            group.cancelAll()
        }
    }

    @Test("count each request under its event and what became of it, and repetitions")
    func counts() async throws {
        try await withBackend { url, backend in
            let file = try TemporaryFile(
                """
                webhooks:
                  - {name: rules, url: "\(url)", events: [join, push], timeout: 20s, retries: 2}
                channels:
                  - {topic: "room:*", join: public, webhook: rules}
                """
            )
            let server = try ServerProcess.start("serve", "--port", "0", "--config", file.path)
            let port = try await server.waitForPort()
            func requests(_ event: String, _ result: String) async throws -> Double? {
                try await PrometheusPage.of(port: port)[
                    "channelsocket_webhook_requests_total", ["webhook": "rules", "event": event, "result": result]
                ]
            }
            func retries() async throws -> Double? {
                try await PrometheusPage.of(port: port)["channelsocket_webhook_retries_total", ["webhook": "rules"]]
            }
            let client = try await TestPhoenixClient.connect(port: port)
            #expect(try await requests("join", "ok") == nil)
            try await client.join("room:a")
            #expect(try await requests("join", "ok") == 1)
            try await client.join("room:b")
            #expect(try await requests("join", "ok") == 2)
            #expect(try await client.call("room:a", "e").status == "ok")
            #expect(try await requests("push", "ok") == 1)
            #expect(try await retries() == 0)

            backend.status.withLock { $0 = .internalServerError }
            #expect(try await client.call("room:a", "e").payload == ["reason": "backend unavailable"])
            #expect(try await requests("push", "status") == 1)
            #expect(try await retries() == 0, "an event is never sent again")
            #expect(try await client.tryJoin("room:c").payload == ["reason": "backend unavailable"])
            #expect(try await requests("join", "status") == 1)
            #expect(try await retries() == 2)

            backend.status.withLock { $0 = .ok }
            backend.body.withLock { $0 = "no JSON" }
            #expect(try await client.call("room:a", "e").payload == ["reason": "backend unavailable"])
            #expect(try await requests("push", "malformed") == 1)
            #expect(try await requests("push", "ok") == 1, "nothing else has changed")
            #expect(try await requests("join", "ok") == 2)
            try await server.stop()
        }
    }
}

import ChannelSocketServer
import ChannelSocketTesting
import Foundation
import NIOHTTP1
import Testing

/// What SIGTERM does to a node, seen by its clients, its neighbours and its supervisor.
@Suite("Draining", .timeLimit(.minutes(2)))
struct DrainTests {
    private static let topic = "room:lobby"

    private func joined(_ port: Int, user: String = "") async throws -> TestPhoenixClient {
        let client = try await TestPhoenixClient.connect(port: port, query: user.isEmpty ? "" : "user=\(user)")
        try await client.join(Self.topic)
        return client
    }

    private func get(_ path: String, _ port: Int) async throws -> RunningServer.Answer {
        try await RunningServer(port: port).request(.GET, path, headers: [("connection", "close")])
    }

    /// Waits until all users were among the joins or leaves that a client was told.
    private func wait(for users: Set<String>, in part: String, seenBy client: TestPhoenixClient) async throws {
        var missing = users
        while !missing.isEmpty {
            let diff = try await client.expect("presence_diff", on: Self.topic)
            missing.subtract(diff.payload[part]?.objectValue?.keys.map { $0 } ?? [])
        }
    }

    @Test("is told to load balancers before anything closes, and to clients with 1012")
    func delay() async throws {
        let node = try await ServerProcess.node("alpha", environment: ["CHANNELSOCKET_DRAIN_DELAY": "300"])
        let ann = try await joined(node.port)
        #expect(try await get("/health/ready", node.port).status == 200)
        node.process.send(signal: SIGTERM)
        try await node.process.waitForLine(containing: "draining")
        let ready = try await get("/health/ready", node.port)
        #expect(ready.status == 503)
        #expect(ready.text.contains(#""status":"draining""#))
        let health = try await get("/health", node.port)
        #expect(health.status == 503)
        #expect(health.text.contains(#""status":"draining""#))
        #expect(try await get("/health/live", node.port).status == 200)
        // Until the delay is over everything is as before, for those who came late too.
        let bob = try await joined(node.port)
        #expect(try await ann.call(Self.topic, "new_msg", ["body": "still here"]).status == "ok")
        try await bob.expect("new_msg", on: Self.topic)
        // Cut the delay short: this is what an impatient supervisor does.
        node.process.send(signal: SIGTERM)
        #expect(try await node.process.waitForExit() == .exited(143))
    }

    @Test("closes clients with 1012, then exits with 0")
    func closing() async throws {
        let node = try await ServerProcess.node("alpha", environment: ["CHANNELSOCKET_DRAIN_WINDOW": "1"])
        var clients: [TestPhoenixClient] = []
        for _ in 0..<40 { clients.append(try await joined(node.port)) }
        node.process.send(signal: SIGTERM)
        for client in clients { #expect(try await client.socket.waitForClose() == 1012) }
        #expect(try await node.process.waitForExit() == .exited(0))
    }

    @Test("serves clients until their turn to be closed comes, which is spread over the window, and accepts nobody")
    func window() async throws {
        // One loop closes one of so many clients every 50 ms, which takes half a minute: a test process that stands still
        // for a while still finds some that are served.
        let environment = ["CHANNELSOCKET_DRAIN_WINDOW": "30", "CHANNELSOCKET_THREADS": "1"]
        let node = try await ServerProcess.node("alpha", environment: environment)
        var clients: [TestPhoenixClient] = []
        for _ in 0..<600 { clients.append(try await TestPhoenixClient.connect(port: node.port)) }
        node.process.send(signal: SIGTERM)
        var closed = 0
        var servedLater = 0
        while closed == 0 {
            var open: [TestPhoenixClient] = []
            for client in clients {
                if try await isServed(client) {
                    open.append(client)
                    if closed > 0 { servedLater += 1 }
                } else {
                    closed += 1
                }
            }
            clients = open
        }
        // When the first one was seen to be closed, not all of them were.
        #expect(servedLater > 0)
        await #expect(throws: (any Error).self, "nobody new may come") {
            _ = try await TestPhoenixClient.connect(port: node.port)
        }
        node.process.send(signal: SIGTERM)
        #expect(try await node.process.waitForExit() == .exited(143))
    }

    /// Whether a heartbeat is answered; if not, the client must have been closed with 1012.
    private func isServed(_ client: TestPhoenixClient) async throws -> Bool {
        // Cannot be sent when the client is closed, which is seen below.
        try? await client.send(joinRef: .null, ref: "1", "phoenix", "heartbeat", [:])
        let event = try await client.socket.receive()
        guard case .close(let code, _) = event else {
            guard case .text = event else { throw TestingError(.unexpected, "\(event)") }
            return true
        }
        #expect(code == 1012)
        return false
    }

    @Test("takes the presences of its clients along, so that others see them leave")
    func presence() async throws {
        try await RedisServer.withServer { redis in
            let alpha = try await ServerProcess.node("alpha", redis: redis.url)
            let beta = try await ServerProcess.node("beta", redis: redis.url)
            for node in [alpha, beta] { _ = try await ServerProcess.waitForHealth(of: node.port, status: "ok") }
            let watcher = try await joined(beta.port, user: "watcher")
            let state = try await watcher.expect("presence_state", on: Self.topic)
            #expect(state.payload["watcher"] != nil)
            let users: Set = ["ann", "bob", "cid"]
            var clients: [TestPhoenixClient] = []
            for user in users { clients.append(try await joined(alpha.port, user: user)) }
            try await wait(for: users, in: "joins", seenBy: watcher)
            alpha.process.send(signal: SIGTERM)
            try await wait(for: users, in: "leaves", seenBy: watcher)
            for client in clients { #expect(try await client.socket.waitForClose() == 1012) }
            #expect(try await alpha.process.waitForExit() == .exited(0))
            // Nothing of the node is left for others to clean up.
            #expect(try await redis.command("ZCARD", "cs:{lease}:z") == "1")
            let left = try await redis.command("HVALS", "cs:{\(Self.topic)}:p")
            #expect(left.contains("watcher") && !left.contains("\n"))
            #expect(try await redis.command("KEYS", "cs:{alpha*") == "")
            #expect(try await watcher.call(Self.topic, "new_msg", ["body": "alone"]).status == "ok")
            try await beta.process.stop()
        }
    }

    @Test("ends within its limit and with 0 although Redis is away")
    func withoutRedis() async throws {
        try await RedisServer.withServer { redis in
            let node = try await ServerProcess.node("alpha", redis: redis.url)
            _ = try await ServerProcess.waitForHealth(of: node.port, status: "ok")
            _ = try await joined(node.port, user: "ann")
            await redis.kill()
            #expect(try await node.process.stop() == .exited(0))
        }
    }

    @Test("does not wait for load balancers on SIGINT, and a second one ends it with 130")
    func interrupt() async throws {
        let environment = ["CHANNELSOCKET_DRAIN_DELAY": "300"]
        let first = try await ServerProcess.node("alpha", environment: environment)
        first.process.send(signal: SIGINT)
        #expect(try await first.process.waitForExit() == .exited(0))

        let second = try await ServerProcess.node("alpha", environment: environment)
        second.process.send(signal: SIGTERM)
        try await second.process.waitForLine(containing: "draining")
        second.process.send(signal: SIGINT)
        #expect(try await second.process.waitForExit() == .exited(130))
    }
}

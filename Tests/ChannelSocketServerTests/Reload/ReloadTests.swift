import ChannelSocketTesting
import NIOHTTP1
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Reloading the configuration", .timeLimit(.minutes(3)))
struct ReloadTests {
    private static let open = "channels:\n  - {topic: \"room:*\", join: public, relay: all}\n"
    private static let closed = "channels:\n  - {topic: \"room:*\", join: public, relay: all, events: [wave]}\n"

    @Test("takes up new channels on SIGHUP, without ending a connection")
    func hangup() async throws {
        let file = try TemporaryFile(Self.open + "reload: {interval: none}\n")
        let server = try ServerProcess.start("serve", "--port", "0", "--config", file.path)
        let client = try await TestPhoenixClient.connect(port: server.waitForPort())
        try await client.join("room:a")
        #expect(try await client.tryJoin("hall:a").status == "error")
        try file.write(
            Self.closed + "  - {topic: \"hall:*\", join: public}\nreload: {interval: none}\nlisten: {port: 1}\n"
        )
        server.send(signal: SIGHUP)
        let line = try await server.waitForLine(containing: "configuration reloaded")
        #expect(line.contains("channels"))
        #expect(try await client.call("room:a", "shout").payload == ["reason": "event not allowed"])
        #expect(try await client.call("room:a", "wave").status == "ok")
        try await client.join("hall:a")
        #expect(try await server.stop() == .exited(0))
    }

    @Test("takes up a file that changes by itself, and says what needs a restart")
    func change() async throws {
        let file = try TemporaryFile(Self.open + "reload: {interval: 100ms}\n")
        let server = try ServerProcess.start("serve", "--port", "0", "--config", file.path)
        let port = try await server.waitForPort()
        try file.write(
            Self.open + "reload: {interval: 100ms}\nlimits: {max_channels: 1}\nlisten: {backlog: 17}\n"
        )
        let line = try await server.waitForLine(containing: "configuration reloaded")
        #expect(line.contains("limits.max_channels"))
        let warning = try await server.waitForLine(containing: "need a restart")
        #expect(warning.contains("listen.backlog"))
        let client = try await TestPhoenixClient.connect(port: port)
        try await client.join("room:a")
        #expect(try await client.tryJoin("room:b").payload == ["reason": "too many channels joined"])
        try await server.stop()
    }

    @Test("refuses channels whose webhook the node has not loaded, and so lets nobody join them unasked")
    func newWebhook() async throws {
        let file = try TemporaryFile(Self.open + "reload: {interval: none}\n")
        let server = try ServerProcess.start("serve", "--port", "0", "--config", file.path)
        let client = try await TestPhoenixClient.connect(port: server.waitForPort())
        try file.write(
            Self.closed + "  - {topic: \"asked:*\", join: public, webhook: gate}\n"
                + "webhooks:\n  - {name: gate, url: \"http://127.0.0.1:1/\"}\nreload: {interval: none}\n"
        )
        server.send(signal: SIGHUP)
        let line = try await server.waitForLine(containing: "configuration")
        #expect(line.contains("configuration not reloaded"))
        #expect(line.contains("the channel asked:* asks the webhook gate, which this node has not loaded"))
        #expect(try await client.tryJoin("asked:a").status == "error")
        try await client.join("room:a")
        #expect(try await client.call("room:a", "shout").status == "ok", "nothing of the file is in force")
        try await server.stop()
    }

    @Test("refuses the first key for tokens, and to take the last one away, instead of saying that it is in force")
    func tokens() async throws {
        let open = Self.open + "reload: {interval: none}\n"
        let keyed = open + "auth: {secret: \"\(TokenFixtures.secret)\"}\n"
        for (before, after, reason) in [(open, keyed, "can't be given the first one"), (keyed, open, "the last key")] {
            let file = try TemporaryFile(before)
            let server = try ServerProcess.start("serve", "--port", "0", "--config", file.path)
            _ = try await server.waitForPort()
            try file.write(after)
            server.send(signal: SIGHUP)
            let line = try await server.waitForLine(containing: "configuration ")
            #expect(line.contains("configuration not reloaded"))
            #expect(line.contains(reason))
            try await server.stop()
        }
    }

    @Test("leaves the admin key what it was, for the API as for the page, since the log says that it needs a restart")
    func adminKey() async throws {
        let (old, new) = ("old key of the page 1", "new key of the page 2")
        let file = try TemporaryFile("admin: {key: \(old)}\nreload: {interval: none}\n")
        let server = try ServerProcess.start("serve", "--port", "0", "--config", file.path)
        let node = RunningServer(port: try await server.waitForPort())
        try file.write("admin: {key: \(new)}\nreload: {interval: none}\n")
        server.send(signal: SIGHUP)
        #expect(try await server.waitForLine(containing: "need a restart").contains("admin.key"))
        for path in ["/admin/overview", "/api/v1/node"] {
            #expect(try await node.request(.GET, path, key: old).status == 200)
            #expect(try await node.request(.GET, path, key: new).status == 401)
        }
        try await server.stop()
    }

    @Test("keeps the old configuration when the new one is bad, says why, and takes the next good one")
    func badFile() async throws {
        let file = try TemporaryFile(Self.open + "reload: {interval: 100ms}\n")
        let server = try ServerProcess.start("serve", "--port", "0", "--config", file.path)
        let client = try await TestPhoenixClient.connect(port: server.waitForPort())
        try await client.join("room:a")
        try file.write(Self.closed + "reload: {intervall: 100ms}\n")
        let problem = try await server.waitForLine(containing: "configuration not reloaded")
        #expect(problem.contains("\(file.path):3: reload.intervall is not a setting; did you mean reload.interval?"))
        #expect(try await client.call("room:a", "shout").status == "ok")
        try file.write(Self.closed + "reload: {interval: 100ms}\n")
        _ = try await server.waitForLine(containing: "configuration reloaded")
        #expect(try await client.call("room:a", "shout").payload == ["reason": "event not allowed"])
        try await server.stop()
    }
}

import ChannelSocketTesting
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

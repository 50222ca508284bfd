import ChannelSocketTesting
import Foundation
import Testing

/// The `channelsocket` program as it is started by people and service managers.
@Suite("channelsocket serve", .timeLimit(.minutes(2)))
struct ServeCommandTests {
    @Test("serves room channels on the port of the environment and ends on SIGTERM")
    func serving() async throws {
        let server = try ServerProcess.start("serve", environment: ["PORT": "0", "CHANNELSOCKET_NODE_NAME": "alpha"])
        let port = try await server.waitForPort()
        let client = try await TestPhoenixClient.connect(port: port)
        let welcome = try await client.join("room:lobby")
        #expect(welcome["node"]?.stringValue?.hasPrefix("alpha_") == true)
        let report = try await ServerProcess.health(of: port)
        #expect(report["status"] == "ok")
        #expect(report["connections"] == 1)
        #expect(report["channels"] == 1)
        #expect(try await server.stop() == .exited(0))
    }

    @Test("prefers flags to the environment")
    func precedence() async throws {
        let server = try ServerProcess.start("serve", "--port", "0", "--path", "/live", environment: ["PORT": "1"])
        let port = try await server.waitForPort()
        #expect(port > 1)
        _ = try await TestPhoenixClient.connect(port: port, mount: "/live")
        try await server.stop()
    }

    @Test(
        "has as many event loops as it is told",
        .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/task"), "only Linux tells names of threads"),
        arguments: [1, 3]
    )
    func eventLoops(count: Int) async throws {
        let server = try ServerProcess.start("serve", "--port", "0", "--threads", "\(count)")
        _ = try await server.waitForPort()
        let threads = "/proc/\(server.processIdentifier)/task"
        // Other threads may end between the listing and the look.
        let names = try FileManager.default.contentsOfDirectory(atPath: threads).compactMap {
            try? String(contentsOfFile: "\(threads)/\($0)/comm", encoding: .utf8)
        }
        // NIO's names for threads of a group and of the group that all share.
        #expect(names.count { $0.hasPrefix("NIO-ELT") || $0.hasPrefix("NIO-SGLTN") } == count, "\(names)")
        try await server.stop()
    }

    @Test(
        "listens with the backlog that it is told",
        .enabled(if: ChildProcess.find("ss") != nil, "only ss, of iproute2, tells the backlog of a listening socket"),
        arguments: [23, 77]
    )
    func backlog(connections: Int) async throws {
        let server = try ServerProcess.start("serve", "--port", "0", "--backlog", "\(connections)")
        let port = try await server.waitForPort()
        let ss = try ChildProcess(
            executable: #require(ChildProcess.find("ss")), arguments: ["-ltnH", "sport = :\(port)"]
        )
        #expect(try await ss.waitForExit() == .exited(0))
        // State, how many wait to be accepted, how many may.
        let columns = try #require(ss.lines.first).split(separator: " ")
        #expect(columns.prefix(3) == ["LISTEN", "0", "\(connections)"])
        try await server.stop()
    }

    @Test("says in a line that its port is in use")
    func portInUse() async throws {
        let first = try ServerProcess.start("serve", "--port", "0")
        let port = try await first.waitForPort()
        let second = try ServerProcess.start("serve", "--port", "\(port)")
        #expect(try await second.waitForExit() == .exited(1))
        #expect(second.lines.last == "Error: port \(port) on 127.0.0.1 is in use: choose another with --port")
        try await first.stop()
    }

    @Test("says how many connections it can have when there are too few files for those that are configured")
    func fewFiles() async throws {
        let program = ChildProcess.productsDirectory.appending(path: "channelsocket").path()
        let arguments = ["-c", "ulimit -n 300; exec \(program) serve --port 0 --threads 1"]
        let server = try ChildProcess(
            executable: URL(filePath: "/bin/bash"), arguments: arguments,
            environment: ["PORT": "", "REDIS_URL": "", "LOG_LEVEL": "", "CHANNELSOCKET_DRAIN_DELAY": "0"]
        )
        let line = try await server.waitForLine(containing: "raise ulimit -n")
        #expect(line.contains("warning"))
        #expect(line.contains("limit.open_files=300"))
        #expect(line.contains("limits.max_connections=128 instead of 100000"))
        #expect(line.contains("limits.max_http_connections=31 instead of 10000"))
        _ = try await server.waitForPort()
        try await server.stop()
    }

    @Test(
        "refuses settings that make no sense with usage and exit code 64",
        arguments: [
            (["serve", "--redis", "http://localhost"], "--redis"), (["serve", "--port", "http"], "--port"),
            (["serve", "--colour"], "--colour"), (["publish", "room:a", "x", "[1]"], "JSON object"),
            (["publish", "room:a", "x"], "--redis"),
        ]
    )
    func badSettings(arguments: [String], words: String) async throws {
        let server = try ChildProcess(product: "channelsocket", arguments: arguments)
        #expect(try await server.waitForExit() == .exited(64))
        #expect(server.output.contains("Error: "))
        #expect(server.output.contains(words))
        #expect(server.output.contains("Usage: "))
    }

    @Test("health fails when nobody listens")
    func noServer() async throws {
        let probe = try ServerProcess.start("health", "--port", "1")
        #expect(try await probe.waitForExit() == .exited(1))
        #expect(probe.output == "Error: cannot reach the node at http://127.0.0.1:1: Connection refused")
    }
}

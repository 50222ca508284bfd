import ChannelSocketTesting
import Testing

/// `channelsocket bench` as people and scripts run it.
@Suite("channelsocket bench", .timeLimit(.minutes(2)))
struct BenchCommandTests {
    private static let short = ["--clients", "5", "--warmup", "0.1", "--duration", "1.2", "--patience", "0.5"]

    private static func bench(_ arguments: String...) throws -> ChildProcess {
        try ChildProcess(product: "channelsocket", arguments: ["bench"] + arguments)
    }

    @Test("measures the stock server, shows progress, and prints a table or JSON")
    func stock() async throws {
        let server = try ChildProcess(
            product: "channelsocket", arguments: ["serve", "--port", "0"],
            environment: ["REDIS_URL": "", "CHANNELSOCKET_LIMITS_MESSAGE_RATE": "none"]
        )
        let url = "ws://127.0.0.1:\(try await server.waitForPort())/socket"
        let arguments = ["bench", "fanout", "--url", url] + Self.short
        let table = try ChildProcess(product: "channelsocket", arguments: arguments)
        #expect(try await table.waitForExit() == .exited(0))
        #expect(table.output.contains("s  measuring  5 joined"))
        #expect(table.lines.last?.hasSuffix("none: nothing lost, duplicated or out of order") == true)

        let json = try ChildProcess(product: "channelsocket", arguments: arguments + ["--json", "--quiet"])
        #expect(try await json.waitForExit() == .exited(0))
        let report = try JSONValue(parsing: json.output)
        #expect(report["scenario"] == "fanout")
        #expect(report["faults"]?["lost"] == 0)
    }

    @Test("exits with 2 when the server loses messages")
    func lossy() async throws {
        let server = try await FloorServer.start("--fault", "drop")
        let bench = try ChildProcess(
            product: "channelsocket",
            arguments: ["bench", "fanout", "--url", "ws://127.0.0.1:\(server.port)"] + Self.short
        )
        #expect(try await bench.waitForExit() == .exited(2))
        #expect(bench.lines.last?.contains(" lost") == true)
    }

    @Test("exits with 1 when nobody listens, and 64 when it is called wrongly")
    func failures() async throws {
        let nobody = try Self.bench("connect", "--url", "ws://127.0.0.1:1", "--clients", "1")
        #expect(try await nobody.waitForExit() == .exited(1))
        #expect(nobody.lines.last == "Error: cannot connect to ws://127.0.0.1:1/socket: Connection refused")
        for arguments in [["--url", "ftp://a"], ["--topics", "0"], ["--rate", "1", "--inflight", "1"]] {
            let wrong = try ChildProcess(product: "channelsocket", arguments: ["bench", "fanout"] + arguments)
            #expect(try await wrong.waitForExit() == .exited(64))
        }
    }
}

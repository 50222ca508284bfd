import ChannelSocketTesting
import Foundation
import Testing

@testable import ChannelSocketBench

/// `channelsocket bench` as people and scripts run it.
@Suite("channelsocket bench", .timeLimit(.minutes(2)))
struct BenchCommandTests {
    private static let short = ["--clients", "5", "--warmup", "0.1", "--duration", "1.2", "--patience", "0.5"]

    private static func bench(_ arguments: String...) throws -> ChildProcess {
        try ChildProcess(product: "channelsocket", arguments: ["bench"] + arguments)
    }

    /// A stock server, whose rooms relay what is sent to all their members.
    private static func serve() async throws -> (process: ChildProcess, url: String) {
        let process = try ChildProcess(
            product: "channelsocket", arguments: ["serve", "--port", "0"],
            environment: ["REDIS_URL": "", "CHANNELSOCKET_LIMITS_MESSAGE_RATE": "none"]
        )
        return (process, "ws://127.0.0.1:\(try await process.waitForPort())/socket")
    }

    @Test("measures the stock server, shows progress, and prints a table or JSON")
    func stock() async throws {
        let server = try await Self.serve()
        let arguments = ["bench", "fanout", "--url", server.url] + Self.short
        let table = try ChildProcess(product: "channelsocket", arguments: arguments)
        #expect(try await table.waitForExit() == .exited(0))
        #expect(table.output.contains("s  measuring  5 joined"))
        #expect(table.output.contains("none: nothing lost, duplicated or out of order"))

        let json = try ChildProcess(product: "channelsocket", arguments: arguments + ["--json", "--quiet"])
        #expect(try await json.waitForExit() == .exited(0))
        let report = try JSONValue(parsing: json.output)
        #expect(report["scenario"] == "fanout")
        #expect(report["faults"]?["lost"] == 0)
    }

    @Test("gives clients topics of their own for replies, and notes the broadcasts that come all the same")
    func relayed() async throws {
        let server = try await Self.serve()
        let arguments = ["bench", "echo", "--url", server.url, "--rate", "200", "--quiet"] + Self.short
        for (options, topics) in [([], 5), (["--topics", "1"], 1)] {
            let bench = try ChildProcess(product: "channelsocket", arguments: arguments + ["--json"] + options)
            #expect(try await bench.waitForExit() == .exited(0))
            let report = try JSONDecoder().decode(BenchmarkReport.self, from: Data(bench.output.utf8))
            #expect(report.topics == topics)
            let traffic = try #require(report.traffic)
            #expect(traffic.received > 100)
            // Each member of a topic gets each of its messages; some are under way at the edges of the measured time.
            let perReply = Double(traffic.unasked.count) / Double(traffic.received)
            #expect(abs(perReply - Double(5 / topics)) < 0.3)
            #expect(traffic.unasked.first?.hasPrefix("echo of room:") == true)
            #expect(report.notes.contains { $0.kind == .unasked })
        }
        let table = try ChildProcess(product: "channelsocket", arguments: arguments)
        #expect(try await table.waitForExit() == .exited(0))
        #expect(table.lines.contains { $0.hasPrefix("note: ") && $0.contains("broadcasts came unasked") })
        let percentiles = /latency +p50 [0-9.]+, p90 [0-9.]+, p99 [0-9.]+, p99\.9 [0-9.]+, max [0-9.]+ us/
        #expect(table.lines.contains { $0.wholeMatch(of: percentiles) != nil })
    }

    @Test("connects clients, and leaves")
    func connect() async throws {
        let server = try await Self.serve()
        let arguments = [
            "bench", "connect", "--url", server.url, "--clients", "5", "--hold", "0.1", "--quiet",
            "--server-pid", "\(server.process.processIdentifier)",
        ]
        let table = try ChildProcess(product: "channelsocket", arguments: arguments)
        #expect(try await table.waitForExit() == .exited(0))
        #expect(table.lines.first?.hasSuffix("connect, 5 clients, 1 topic") == true)
        #expect(table.lines.contains { $0.hasPrefix("connect + join") && $0.contains("/s, p50 ") })

        let json = try ChildProcess(product: "channelsocket", arguments: arguments + ["--json", "--topics", "2"])
        #expect(try await json.waitForExit() == .exited(0))
        let report = try JSONDecoder().decode(BenchmarkReport.self, from: Data(json.output.utf8))
        #expect(report.topics == 2)
        #expect(report.connect.latency?.count == 5)
        #expect(report.traffic == nil)
        #expect(report.faults == Faults())
        #if os(Linux)
        #expect(report.connect.memoryPerClient != nil)
        #endif
    }

    @Test("exits with 2 when the server loses messages")
    func lossy() async throws {
        let server = try await FloorServer.start("--fault", "drop")
        let bench = try ChildProcess(
            product: "channelsocket",
            arguments: ["bench", "fanout", "--url", "ws://127.0.0.1:\(server.port)"] + Self.short
        )
        #expect(try await bench.waitForExit() == .exited(2))
        #expect(bench.lines.contains { $0.hasPrefix("faults") && $0.contains(" lost") })
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

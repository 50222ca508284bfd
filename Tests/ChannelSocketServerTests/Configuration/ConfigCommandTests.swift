import ChannelSocketTesting
import Foundation
import Testing

@Suite("channelsocket config", .timeLimit(.minutes(1)))
struct ConfigCommandTests {
    @Test("check tells what is wrong with a file, and exits with 78")
    func check() async throws {
        let file = try TemporaryFile("listen:\n  prot: 1\nlimits:\n  max_channels: many\n")
        let check = try ServerProcess.start("config", "check", "--config", file.path)
        #expect(try await check.waitForExit() == .exited(78))
        #expect(check.output.contains("\(file.path):2: listen.prot is not a setting; did you mean listen.port?"))
        #expect(
            check.output.contains("\(file.path):4: limits.max_channels must be a number from 1 to 100000, not 'many'"))
        let serve = try ServerProcess.start("serve", "--config", file.path)
        #expect(try await serve.waitForExit() == .exited(78))
    }

    @Test(
        "check and serve name a path of the metrics at which there is something else", arguments: ["/health", "/admin"]
    )
    func metricsPath(path: String) async throws {
        let file = try TemporaryFile("admin: {key: 0123456789abcdef}\nmetrics: {path: \(path)}\n")
        for command in [["config", "check"], ["serve", "--port", "0"]] {
            let process = try ChildProcess(product: "channelsocket", arguments: command + ["--config", file.path])
            #expect(try await process.waitForExit() == .exited(78))
            #expect(process.output.contains("\(file.path):2: metrics.path can't be \(path): "))
        }
    }

    @Test("check is content with the example")
    func example() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let path = root.appending(path: "docker/channelsocket.example.yml").standardizedFileURL.path()
        let check = try ServerProcess.start(
            "config", "check", "--strict", "--config", path,
            environment: ["CHANNELSOCKET_TOKEN_SECRET": TokenFixtures.secret]
        )
        #expect(try await check.waitForExit() == .exited(0))
        #expect(check.output.contains("\(path) is fine"))
    }

    @Test("check and serve warn of what is hardly meant, and check fails for it if it is strict")
    func warnings() async throws {
        let file = try TemporaryFile("channels:\n  - topic: \"team:*\"\n    join: authenticated\n")
        let check = try ServerProcess.start("config", "check", "--config", file.path)
        #expect(try await check.waitForExit() == .exited(0))
        let warning = "\(file.path):3: channels[0].join is authenticated, and there is no key for tokens"
        #expect(check.output.contains("Warning: \(warning)"))
        #expect(check.output.contains("\(file.path) can be used: 3 settings given"))
        let strict = try ServerProcess.start("config", "check", "--strict", "--config", file.path)
        #expect(try await strict.waitForExit() == .exited(78))
        let server = try ServerProcess.start("serve", "--port", "0", "--config", file.path)
        let line = try await server.waitForLine(containing: "configuration is doubtful")
        #expect(line.contains(warning))
        _ = try await server.waitForPort()
        try await server.stop()
    }

    @Test("print shows what holds, where it comes from, and no secret")
    func print() async throws {
        let file = try TemporaryFile("listen:\n  backlog: 7\nchannels:\n  - topic: \"a:*\"\n    relay: all\n")
        let print = try ServerProcess.start(
            "config", "print", "--config", file.path, "--set", "limits.max_channels=5", "--host", "::1",
            environment: ["PORT": "81", "REDIS_URL": "redis://ann:hunter2@redis.test:6380/2"]
        )
        #expect(try await print.waitForExit() == .exited(0))
        let lines = print.lines.map { $0.split(separator: "#").map { $0.trimmingCharacters(in: .whitespaces) } }
        #expect(lines.contains(["listen.host: ::1", "flag --host"]))
        #expect(lines.contains(["listen.port: 81", "environment PORT"]))
        #expect(lines.contains(["listen.backlog: 7", "\(file.path):2"]))
        #expect(lines.contains(["limits.max_channels: 5", "flag --set limits.max_channels"]))
        #expect(lines.contains(["limits.max_mailbox: 1000", "default"]))
        #expect(lines.contains(["channels[0].relay: all", "\(file.path):5"]))
        #expect(lines.contains(["redis.url: redis://ann:***@redis.test:6380/2", "environment REDIS_URL"]))
        #expect(!print.output.contains("hunter2"))
    }
}

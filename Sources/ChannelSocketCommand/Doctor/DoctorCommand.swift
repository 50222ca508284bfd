internal import ArgumentParser
internal import ChannelSocketClient
internal import ChannelSocketServer

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Looks whether a node can work here.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check Redis, this machine and a node, and say what to do.",
        discussion: """
            Looks at this machine (open files, backlog), with --redis or REDIS_URL at Redis (reachable, version, \
            role, permissions, latency, whether what is published comes back, clock, memory policy, output buffers, \
            clients), and with --url at a node (whether a client can connect). Run it where the nodes run, with their \
            settings. It leaves nothing behind in Redis.

            Exit codes: 0 when nothing is wrong, warnings or not, 1 when a check failed, 64 for options that make no \
            sense.

            Examples:
              channelsocket doctor --redis redis://127.0.0.1:6379
              channelsocket doctor --url ws://127.0.0.1:4000/socket --json
            """
    )

    @OptionGroup var redis: RedisOptions

    @Option(help: ArgumentHelp("A node to connect to as a client does.", valueName: "url"))
    var url: String?

    @OptionGroup var trust: TrustOptions

    @Flag(help: "Print one JSON object a line.")
    var json = false

    func validate() throws {
        _ = try redis.configuration()
        _ = try node()
    }

    func run() async throws {
        var findings = SystemDoctor().examine()
        if let redis = try redis.configuration() {
            findings += await RedisDoctor(redis: redis).examine()
        } else {
            let advice = "give --redis or REDIS_URL to check it; without Redis a node is alone"
            findings.append(DoctorFinding("Redis", .unknown, "not looked at", advice: advice))
        }
        if let configuration = try node() { findings.append(await examine(configuration)) }
        try report(findings)
        if findings.contains(where: { $0.verdict == .failure }) { throw ExitCode.failure }
    }

    private func node() throws -> PhoenixClientConfiguration? {
        guard let url else { return nil }
        var configuration: PhoenixClientConfiguration
        do {
            configuration = try PhoenixClientConfiguration(url: url)
        } catch {
            throw ValidationError("--url: \(error.message)")
        }
        configuration.tls = try trust.tls()
        return configuration
    }

    private func examine(_ configuration: PhoenixClientConfiguration) async -> DoctorFinding {
        let client = PhoenixClient(configuration)
        let start = ContinuousClock.now
        do {
            try await client.connect()
            let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
            await client.close()
            return DoctorFinding("Node", .ok, "\(configuration.url) took a client in \(milliseconds) ms")
        } catch let error as PhoenixClientError where error.status == 401 || error.status == 403 {
            return DoctorFinding("Node", .ok, "\(configuration.url) answers, and wants a token")
        } catch {
            let advice = "is the node running there, and is the path that of --path (CHANNELSOCKET_PATH)?"
            return DoctorFinding("Node", .failure, "\(error)", advice: advice)
        }
    }

    private func report(_ findings: [DoctorFinding]) throws {
        let output = CommandOutput()
        for finding in findings {
            guard !json else {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                output.print(String(decoding: try encoder.encode(finding), as: UTF8.self))
                continue
            }
            let text = "\(finding.check): \(CommandOutput.harmless(finding.finding))"
            output.print("\(mark(finding.verdict, output)) \(text)")
            if let advice = finding.advice { output.print("        \(CommandOutput.harmless(advice))") }
        }
    }

    private func mark(_ verdict: DoctorFinding.Verdict, _ output: CommandOutput) -> String {
        switch verdict {
        case .ok: output.styled("ok     ", .green)
        case .warning: output.styled("warning", .yellow)
        case .failure: output.styled("FAILURE", .red)
        case .unknown: output.styled("unknown", .dim)
        }
    }
}

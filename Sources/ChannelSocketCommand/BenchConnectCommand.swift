internal import ArgumentParser
internal import ChannelSocketBench

/// Measures connects, joins and the memory of idle clients.
struct BenchConnectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Connect and join: rate, latency, and with --server-pid the memory of idle clients."
    )

    @OptionGroup var options: BenchOptions

    @Option(help: ArgumentHelp("How long clients are idle before memory is looked at.", valueName: "seconds"))
    var hold = 1.0

    func validate() throws {
        guard hold >= 0 else { throw ValidationError("--hold must not be negative") }
        try options.validate(try plan())
    }

    func run() async throws {
        try await options.run(try plan())
    }

    private func plan() throws -> BenchmarkPlan {
        var plan = try options.plan(.connect)
        plan.hold = .seconds(hold)
        return plan
    }
}

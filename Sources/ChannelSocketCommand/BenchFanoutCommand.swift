internal import ArgumentParser
internal import ChannelSocketBench

/// Measures broadcasts.
struct BenchFanoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fanout",
        abstract: "The first member of each topic pushes, all its members receive.",
        discussion: "The server must broadcast the event to all members of the topic, the sender among them."
    )

    @OptionGroup var options: BenchOptions
    @OptionGroup var traffic: BenchTrafficOptions

    @Option(help: "The event that the server broadcasts.")
    var event = "new_msg"

    func validate() throws {
        try options.validate(try plan())
    }

    func run() async throws {
        try await options.run(try plan())
    }

    private func plan() throws -> BenchmarkPlan {
        var plan = try options.plan(.fanout)
        traffic.complete(&plan, event: event)
        return plan
    }
}

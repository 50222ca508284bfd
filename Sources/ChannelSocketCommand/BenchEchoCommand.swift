internal import ArgumentParser
internal import ChannelSocketBench

/// Measures replies.
struct BenchEchoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo",
        abstract: "Each client pushes, and the server replies.",
        discussion: """
            A server may broadcast what it replies to, as a room of the stock server does that relays to all its \
            members. So each client has a topic of its own, unless --topics says otherwise, and broadcasts that come \
            all the same are counted in a note below the figures.
            """
    )

    @OptionGroup var options: BenchOptions
    @OptionGroup var traffic: BenchTrafficOptions

    @Option(help: "The event that the server replies to.")
    var event = "echo"

    func validate() throws {
        try options.validate(try plan())
    }

    func run() async throws {
        try await options.run(try plan())
    }

    private func plan() throws -> BenchmarkPlan {
        var plan = try options.plan(.echo)
        traffic.complete(&plan, event: event)
        return plan
    }
}

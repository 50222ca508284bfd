internal import ArgumentParser
internal import ChannelSocketBench

/// What the benchmarks that send messages have in common.
struct BenchTrafficOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Closed loop: how many messages each publisher has under way. (default: 8)", valueName: "number"
        )
    )
    var inflight: Int?

    @Option(
        help: ArgumentHelp(
            "Open loop: messages a second from all publishers together, on schedule whatever the server does.",
            valueName: "number"
        )
    )
    var rate: Double?

    @Option(help: ArgumentHelp("How long a payload is, with the stamp in it.", valueName: "bytes"))
    var size = 128

    @Option(help: ArgumentHelp("How long to send before measuring.", valueName: "seconds"))
    var warmup = 1.0

    @Option(help: ArgumentHelp("How long to measure.", valueName: "seconds"))
    var duration = 5.0

    func validate() throws {
        guard inflight == nil || rate == nil else { throw ValidationError("--inflight and --rate exclude each other") }
        guard warmup >= 0, duration > 0, duration < 1e6 else { throw ValidationError("--duration must be positive") }
        guard (0...1 << 20).contains(size) else { throw ValidationError("--size must be at most 1 MiB") }
    }

    /// Completes a plan.
    func complete(_ plan: inout BenchmarkPlan, event: String) {
        plan.event = event
        plan.load = rate.map { .rate($0) } ?? .inFlight(inflight ?? 8)
        plan.payloadBytes = size
        plan.warmUp = .seconds(warmup)
        plan.duration = .seconds(duration)
    }
}

internal import ArgumentParser
internal import ChannelSocketBench
internal import ChannelSocketClient
internal import ChannelSocketServer
internal import Synchronization

/// What all benchmarks have in common.
struct BenchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("A node, such as ws://127.0.0.1:4000/socket or wss://…; may be repeated.", valueName: "url")
    )
    var url: [String] = ["ws://127.0.0.1:4000/socket"]

    @OptionGroup var trust: TrustOptions

    @Option(help: "How many clients connect and join.")
    var clients = 100

    @Option(help: "How many topics they join, in turn. (default: 1; echo: one for each client)")
    var topics: Int?

    @Option(help: "How many topics each client joins.")
    var joins = 1

    @Option(help: ArgumentHelp("What precedes a topic's number.", valueName: "prefix"))
    var topicPrefix = "room:"

    @Option(
        help: ArgumentHelp("A node's process, to measure its CPU time and memory; may be repeated.", valueName: "pid")
    )
    var serverPid: [Int32] = []

    @Option(help: "How many event loops the generator has.")
    var threads = 1

    @Option(help: ArgumentHelp("How many clients connect at the same time.", valueName: "number"))
    var parallel = 64

    @Option(help: ArgumentHelp("How long to wait for what does not come.", valueName: "seconds"))
    var patience = 5.0

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    /// The plan, but for what is special in a scenario.
    func plan(_ scenario: BenchmarkPlan.Scenario) throws -> BenchmarkPlan {
        let urls = try url.map { text in
            do throws(PhoenixClientError) {
                return try PhoenixURL(text)
            } catch {
                throw ValidationError("--url: \(error.message)")
            }
        }
        guard patience > 0 else { throw ValidationError("--patience must be positive") }
        var plan = BenchmarkPlan(scenario, urls: urls)
        plan.tls = try trust.tls()
        plan.clients = clients
        // Clients that share a topic get the broadcasts of what the others push, where a server makes some of each push.
        plan.topics = topics ?? (scenario == .echo ? clients : 1)
        plan.joins = joins
        plan.topicPrefix = topicPrefix
        plan.serverProcesses = serverPid
        plan.threads = threads
        plan.parallelConnects = parallel
        plan.patience = .seconds(patience)
        plan.connectPatience = max(plan.connectPatience, plan.patience)
        return plan
    }

    /// Checks a plan, for usage to be shown with what is wrong.
    func validate(_ plan: BenchmarkPlan) throws {
        if let problem = plan.problem { throw ValidationError(problem) }
    }

    /// Runs a plan, prints the report, and exits with the code that fits it.
    func run(_ plan: BenchmarkPlan) async throws {
        if let limit = FileDescriptorLimit.raise(), limit.soft < UInt64(plan.clients) + 100 {
            throw CommandFailure(
                "\(plan.clients) clients need more open files than the limit of \(limit.soft): see ulimit -n"
            )
        }
        let last = Mutex<BenchmarkProgress?>(nil)
        let report: BenchmarkReport
        do {
            report = try await Benchmark(plan).run { progress in
                guard !quiet else { return }
                let line = last.withLock { last in
                    defer { last = progress }
                    return progress.line(since: last)
                }
                CommandOutput.note(line)
            }
        } catch BenchmarkError.unreachable(let url, let cause) {
            throw CommandFailure("cannot connect to \(url): \(ConnectionFailure(cause))")
        }
        print(json ? try report.json() : report.table)
        if !report.faults.isEmpty { throw ExitCode(2) }
    }
}

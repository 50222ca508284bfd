import ChannelSocketClient
import ChannelSocketTesting
import NIOCore
import NIOPosix
import Testing

@testable import ChannelSocketBench

/// The scenarios against real servers, small: what is checked are counts, not times.
@Suite("A benchmark", .timeLimit(.minutes(3)))
struct BenchmarkTests {
    private static func plan(_ scenario: BenchmarkPlan.Scenario, ports: Int...) throws -> BenchmarkPlan {
        var plan = BenchmarkPlan(scenario, urls: try ports.map { try PhoenixURL("ws://127.0.0.1:\($0)") })
        plan.clients = 12
        plan.warmUp = .milliseconds(100)
        plan.duration = .milliseconds(400)
        plan.hold = .milliseconds(10)
        plan.patience = .seconds(20)
        plan.connectPatience = .seconds(30)
        return plan
    }

    private static func startServer(_ arguments: String...) async throws -> (process: ChildProcess, port: Int) {
        let process = try ChildProcess(product: "phoenix-contract", arguments: ["--port", "0"] + arguments)
        return (process, try await process.waitForPort())
    }

    @Test("connects and joins all clients")
    func connect() async throws {
        let server = try await Self.startServer()
        var plan = try Self.plan(.connect, ports: server.port)
        plan.parallelConnects = 5
        plan.threads = 2
        plan.serverProcesses = [server.process.processIdentifier]
        let report = try await Benchmark(plan).run()
        #expect(report.connect.latency?.count == 12)
        #expect(report.faults.isEmpty)
        #expect(report.traffic == nil)
        #if os(Linux)
        #expect(try #require(report.connect.cpuPerClient) > 0)
        #expect(report.connect.memoryPerClient != nil)
        #endif
    }

    @Test(
        "loses nothing in a fan-out",
        arguments: [
            (1, 1, 1, BenchmarkPlan.Load.inFlight(1)), (1, 1, 1, .inFlight(16)), (3, 5, 1, .inFlight(3)),
            (2, 4, 1, .rate(200)), (2, 20, 5, .inFlight(2)), (1, 7, 7, .rate(200)),
        ]
    )
    func fanout(threads: Int, topics: Int, joins: Int, load: BenchmarkPlan.Load) async throws {
        let server = try await Self.startServer()
        var plan = try Self.plan(.fanout, ports: server.port)
        plan.threads = threads
        plan.topics = topics
        plan.joins = joins
        plan.load = load
        plan.serverProcesses = [server.process.processIdentifier]
        let report = try await Benchmark(plan).run()
        let traffic = try #require(report.traffic)
        #expect(report.faults == Faults())
        #expect(traffic.sent > 0)
        #expect(try #require(traffic.latency).count > 0)
        // All but what is under way at the edges of the measured time.
        #expect(traffic.received >= traffic.sent * UInt64(plan.memberships / topics - 1))
        if load == .rate(200) {
            #expect((79...81).contains(traffic.sent))
            #expect(traffic.sendLag != nil)
        }
    }

    @Test("gets all replies", arguments: [(1, BenchmarkPlan.Load.inFlight(4)), (2, .rate(300))])
    func echo(threads: Int, load: BenchmarkPlan.Load) async throws {
        let server = try await Self.startServer()
        var plan = try Self.plan(.echo, ports: server.port)
        plan.event = "echo"
        plan.threads = threads
        plan.load = load
        let report = try await Benchmark(plan).run()
        #expect(report.faults == Faults())
        #expect(try #require(report.traffic).received > 0)
        #expect(try #require(report.traffic).unasked == Unasked())
        #expect(report.traffic?.generatorCores == min(threads, ProcessUsage.usableCores))
        #expect(try #require(report.traffic?.latency).count > 0)
    }

    @Test("spreads the members of a topic over two nodes and tells their latencies apart")
    func twoNodes() async throws {
        let report = try await RedisServer.withServer { redis in
            let one = try await Self.startServer("--redis", redis.url)
            let two = try await Self.startServer("--redis", redis.url)
            return try await Benchmark(Self.plan(.fanout, ports: one.port, two.port)).run()
        }
        #expect(report.faults == Faults())
        let traffic = try #require(report.traffic)
        #expect(try #require(traffic.latency).count > 0)
        #expect(try #require(traffic.crossLatency).count > 0)
        #expect(try #require(traffic.crossedPerSecond) > 0)
    }

    @Test("notices what a server does wrong", arguments: ["drop", "duplicate", "swap"])
    func faults(fault: String) async throws {
        let server = try await FloorServer.start("--fault", fault)
        var plan = try Self.plan(.fanout, ports: server.port)
        plan.patience = .milliseconds(500)
        plan.load = .inFlight(4)
        plan.duration = .seconds(1)
        let faults = try await Benchmark(plan).run().faults
        #expect(!faults.isEmpty)
        switch fault {
        case "drop": #expect(faults.lost > 0 && faults.duplicates == 0 && faults.disordered == 0)
        case "duplicate": #expect(faults.lost == 0 && faults.duplicates > 0 && faults.disordered == 0)
        default: #expect(faults.lost <= 1 && faults.duplicates == 0 && faults.disordered > 0)
        }
    }

    @Test("finds nothing wrong with the floor", arguments: [([], 1), (["--coalesce"], 1), ([], 3)])
    func floor(arguments: [String], joins: Int) async throws {
        let server = try await FloorServer.start(arguments)
        var plan = try Self.plan(.fanout, ports: server.port)
        plan.topics = joins
        plan.joins = joins
        let report = try await Benchmark(plan).run()
        #expect(report.faults == Faults())
        #expect(try #require(report.traffic).received > 0)
    }

    @Test("counts pushes that are refused, and replies that never come")
    func refused() async throws {
        let server = try await Self.startServer()
        var plan = try Self.plan(.echo, ports: server.port)
        plan.patience = .milliseconds(300)
        plan.event = "fail"
        #expect(try await Benchmark(plan).run().faults.refused > 0)
        plan.event = "silent"
        #expect(try await Benchmark(plan).run().faults.lost == 12 * 8)
        plan.event = "crash"
        #expect(try await Benchmark(plan).run().faults.ended == 12)
    }

    @Test("fails when a join is refused, an upgrade is refused or nobody listens")
    func notJoined() async throws {
        let server = try await Self.startServer()
        var plan = try Self.plan(.fanout, ports: server.port)
        plan.topicPrefix = "nothing:"
        await #expect(throws: BenchmarkError.self) { try await Benchmark(plan).run() }
        plan.topicPrefix = "room:"
        plan.urls = [try PhoenixURL("ws://127.0.0.1:\(server.port)/nowhere")]
        await #expect(throws: BenchmarkError.self) { try await Benchmark(plan).run() }
        try await server.process.stop()
        await #expect(throws: BenchmarkError.self) { try await Benchmark(plan).run() }
    }

    @Test("gives up on a server that does not answer")
    func noAnswer() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        var plan = try Self.plan(.connect, ports: try #require(listener.localAddress?.port))
        plan.connectPatience = .milliseconds(300)
        plan.parallelConnects = 4
        await #expect(throws: BenchmarkError.self) { try await Benchmark(plan).run() }
        try await listener.close()
    }

    @Test("is not begun with a plan that makes no sense")
    func unusable() throws {
        var plan = try Self.plan(.fanout, ports: 1)
        plan.topics = 13
        #expect(throws: BenchmarkError.self) { try Benchmark(plan) }
        plan.joins = 14
        #expect(throws: BenchmarkError.self) { try Benchmark(plan) }
        plan.topics = 1
        plan.joins = 1
        plan.event = "a\"b"
        #expect(throws: BenchmarkError.self) { try Benchmark(plan) }
    }
}

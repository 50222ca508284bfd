internal import ChannelSocketClient
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Connects all clients and lets them join.
struct ConnectPhase {
    let plan: BenchmarkPlan
    let loops: [LoopHandle]
    private let tls: NIOSSLContext?

    /// Prepares the phase.
    ///
    /// - Throws: what NIOSSL says of a TLS configuration that cannot be used.
    init(plan: BenchmarkPlan, loops: [LoopHandle]) throws {
        self.plan = plan
        self.loops = loops
        tls = plan.urls.contains(where: \.isSecure) ? try NIOSSLContext(configuration: plan.tls) : nil
    }

    /// Runs it.
    ///
    /// - Parameter allJoined: called when all have joined; idle clients are then kept a while.
    /// - Returns: how fast that was.
    /// - Throws: ``BenchmarkError`` when a client can't join, or not in time.
    func run(allJoined: () -> Void) async throws -> ConnectFigures {
        let memoryBefore = ProcessUsage.memory(of: plan.serverProcesses)
        let usageBefore = ProcessUsage.of(plan.serverProcesses)
        let begun = ContinuousClock.now
        try await connect()
        let seconds = (ContinuousClock.now - begun) / .seconds(1)
        let usage = ProcessUsage.of(plan.serverProcesses)
        allJoined()
        for loop in loops { try await loop.call { $0.startHeartbeats() } }

        // The idle time that was asked for; elsewhere memory is of no interest, and not worth the wait.
        if plan.scenario == .connect { try await Task.sleep(for: plan.hold) }
        let memoryAfter = ProcessUsage.memory(of: plan.serverProcesses)
        let clients = Double(plan.clients)
        return ConnectFigures(
            seconds: seconds, perSecond: clients / seconds,
            latency: try await Benchmark.tally(loops).joinLatency.summary,
            cpuPerClient: usage.flatMap { after in
                usageBefore.map { Double(after.cpu - $0.cpu) / 1000 / clients }
            },
            memoryBefore: memoryBefore, memoryAfter: memoryAfter,
            memoryPerClient: memoryAfter.flatMap { after in
                memoryBefore.map { (Double(after) - Double($0)) / clients }
            }
        )
    }

    private func connect() async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await connectAll() }
            tasks.addTask { try await watch() }
            defer { tasks.cancelAll() }
            do {
                // The watch ends by throwing only.
                try await tasks.next()
            } catch {
                // The others wait for answers that may never come.
                for loop in loops { try await loop.call { $0.shutDown() } }
                throw error
            }
        }
    }

    private func connectAll() async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            var next = 0
            while next < plan.clients {
                if next >= plan.parallelConnects { try await tasks.next() }
                let number = next
                tasks.addTask { try await connect(number) }
                next += 1
            }
            try await tasks.waitForAll()
        }
    }

    private func connect(_ number: Int) async throws {
        let loop = loops[plan.loop(ofClient: number)]
        let url = plan.urls[plan.node(ofClient: number)]
        let joined = loop.eventLoop.makePromise(of: Void.self)
        let timeout = TimeAmount.nanoseconds(plan.connectPatience.nanoseconds)
        do {
            _ = try await ClientBootstrap(group: loop.eventLoop)
                .connectTimeout(timeout)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    loop.initialize { load in
                        let client = BenchClient(number: number, load: load, joined: joined)
                        try load.add(client)
                        if let tls, url.isSecure {
                            try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: tls, for: url))
                        }
                        try channel.pipeline.syncOperations.addHandler(client)
                    }
                }
                .connect(host: url.host, port: url.port).get()
        } catch {
            joined.fail(error)
            throw BenchmarkError.unreachable("\(url)", cause: error)
        }
        try await joined.futureResult.get()
    }

    /// Throws when no client joins any more.
    private func watch() async throws {
        var joined = -1
        while true {
            let now = try await Benchmark.tally(loops).joined
            guard now > joined else { throw BenchmarkError.connectTimeout(joined: now, of: plan.clients) }
            joined = now
            // What is judged is whether somebody joins in this time; cancelled when all have.
            try await Task.sleep(for: plan.connectPatience)
        }
    }
}

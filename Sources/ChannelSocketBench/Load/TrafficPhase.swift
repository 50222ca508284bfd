internal import NIOCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Sends, measures, and waits for what is under way.
struct TrafficPhase {
    let plan: BenchmarkPlan
    let loops: [LoopHandle]

    /// The state of things at the beginning or the end of the measured time.
    private struct Edge: Sendable {
        let time = LoadLoop.now()
        let server: ProcessUsage?
        let generator: ProcessUsage?

        init(_ plan: BenchmarkPlan) {
            server = ProcessUsage.of(plan.serverProcesses)
            generator = ProcessUsage.of([getpid()])
        }
    }

    /// Runs it.
    ///
    /// - Parameter enter: told what is going on.
    /// - Returns: what was measured.
    /// - Throws: when a loop is gone.
    func run(entering enter: @escaping @Sendable (BenchmarkProgress.Phase) -> Void) async throws -> TrafficFigures {
        enter(.warmingUp)
        // Time for all loops to be told before the first message is due.
        let start = LoadLoop.now() + 5_000_000
        let windowStart = start + UInt64(plan.warmUp.nanoseconds)
        let window = windowStart..<windowStart + UInt64(plan.duration.nanoseconds)
        let edges = try await measure(window, from: start, enter)
        enter(.draining)
        for loop in loops { try await loop.call { $0.traffic.stop() } }
        let lost = try await drain()
        if let first = loops.first { try await first.call { $0.tally.faults.lost += lost } }
        return figures(try await Benchmark.tally(loops), edges)
    }

    private func measure(
        _ window: Range<UInt64>, from start: UInt64, _ enter: @escaping @Sendable (BenchmarkProgress.Phase) -> Void
    ) async throws -> [Edge] {
        // The loops themselves look at the processes: a task might get its turn late on a busy core.
        let (edges, sink) = AsyncStream.makeStream(of: Edge.self)
        for loop in loops { try await loop.call { [loops] in $0.meet(loops) } }
        for (index, loop) in loops.enumerated() {
            try await loop.call { [plan] load in
                load.start(window: window, from: start) { begins in
                    guard index == 0 else { return }
                    if begins { enter(.measuring) }
                    sink.yield(Edge(plan))
                    if !begins { sink.finish() }
                }
            }
        }
        var seen: [Edge] = []
        for await edge in edges { seen.append(edge) }
        return seen
    }

    /// Waits for what is under way.
    ///
    /// - Returns: how much has not come.
    private func drain() async throws -> UInt64 {
        var last: UInt64 = 0
        var deadline = ContinuousClock.now + plan.patience
        while true {
            var progress = TrafficProgress()
            for loop in loops {
                let part = try await loop.call { $0.traffic.progress() }
                progress.expected += part.expected
                progress.received += part.received
            }
            guard progress.received < progress.expected else { return 0 }
            if progress.received > last {
                last = progress.received
                deadline = ContinuousClock.now + plan.patience
            }
            guard ContinuousClock.now < deadline else { return progress.expected - progress.received }
            // The loops are asked again and not made to tell: that would cost them time with each message.
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func figures(_ tally: Tally, _ edges: [Edge]) -> TrafficFigures {
        let begin = edges.first
        let end = edges.last
        let nanoseconds = Double((end?.time ?? 0) - (begin?.time ?? 0))
        let seconds = max(nanoseconds, 1) / 1e9
        func used(_ usage: (Edge) -> ProcessUsage?) -> ProcessUsage? {
            guard let before = begin.flatMap(usage), let after = end.flatMap(usage) else { return nil }
            return after - before
        }
        let server = used(\.server)
        let ticks = server.map { $0.systemTicks + $0.userTicks } ?? 0
        return TrafficFigures(
            seconds: seconds, sent: tally.sentInWindow, received: tally.receivedInWindow,
            receivedPerSecond: Double(tally.receivedInWindow) / seconds,
            crossedPerSecond: plan.urls.count > 1 ? Double(tally.crossedInWindow) / seconds : nil,
            unasked: tally.unasked, latency: tally.latency.summary, crossLatency: tally.crossLatency.summary,
            sendLag: tally.sendLag.summary,
            cpuPerReceived: server.flatMap {
                tally.receivedInWindow > 0 ? Double($0.cpu) / 1000 / Double(tally.receivedInWindow) : nil
            },
            kernelShare: server.flatMap { ticks > 0 ? Double($0.systemTicks) / Double(ticks) : nil },
            serverLoad: server.map { Double($0.cpu) / nanoseconds },
            generatorLoad: used(\.generator).map { Double($0.cpu) / nanoseconds },
            generatorCores: min(plan.threads, plan.clients, ProcessUsage.usableCores)
        )
    }
}

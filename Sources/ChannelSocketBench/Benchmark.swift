internal import ChannelSocketClient
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Runs a plan against running nodes.
package struct Benchmark: Sendable {
    private let plan: BenchmarkPlan
    private let phase = PhaseBox()

    private final class PhaseBox: Sendable {
        let value = Mutex(BenchmarkProgress.Phase.connecting)
    }

    /// Prepares a benchmark.
    ///
    /// - Parameter plan: what to do.
    /// - Throws: ``BenchmarkError/unusablePlan(_:)``.
    package init(_ plan: BenchmarkPlan) throws {
        if let problem = plan.problem { throw BenchmarkError.unusablePlan(problem) }
        self.plan = plan
    }

    /// Runs it.
    ///
    /// - Parameter progress: told once a second how far it is.
    /// - Returns: what was found; faults of the server are found too.
    /// - Throws: ``BenchmarkError`` when the clients can't all join.
    package func run(
        progress: @escaping @Sendable (BenchmarkProgress) -> Void = { _ in }
    ) async throws -> BenchmarkReport {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: plan.threads)
        let outcome: Result<BenchmarkReport, any Error>
        do {
            outcome = .success(try await run(on: group, progress: progress))
        } catch {
            outcome = .failure(error)
        }
        try await group.shutdownGracefully()
        return try outcome.get()
    }

    private func run(
        on group: MultiThreadedEventLoopGroup, progress: @escaping @Sendable (BenchmarkProgress) -> Void
    ) async throws -> BenchmarkReport {
        var loops: [LoopHandle] = []
        for (index, eventLoop) in group.makeIterator().enumerated() {
            loops.append(
                try await eventLoop.submit {
                    LoopHandle(LoadLoop(index: index, plan: plan, eventLoop: eventLoop))
                }.get()
            )
        }
        let begun = ContinuousClock.now
        return try await withThrowingTaskGroup(of: BenchmarkReport?.self) { [loops] tasks in
            tasks.addTask {
                while true {
                    // How often progress is shown; cancelled when the run has ended.
                    try await Task.sleep(for: .seconds(1))
                    let tally = try await Self.tally(loops)
                    progress(
                        BenchmarkProgress(
                            phase: phase.value.withLock { $0 }, elapsed: ContinuousClock.now - begun,
                            joined: tally.joined, sent: tally.sent, received: tally.received, faults: tally.faults
                        )
                    )
                }
            }
            tasks.addTask {
                do {
                    let report = try await run(on: loops)
                    for loop in loops { try await loop.call { $0.shutDown() } }
                    return report
                } catch {
                    for loop in loops { try? await loop.call { $0.shutDown() } }
                    throw error
                }
            }
            defer { tasks.cancelAll() }
            while let report = try await tasks.next() {
                if let report { return report }
            }
            throw CancellationError()
        }
    }

    private func run(on loops: [LoopHandle]) async throws -> BenchmarkReport {
        let connect = try await ConnectPhase(plan: plan, loops: loops).run { enter(.holding) }
        var traffic: TrafficFigures?
        if plan.scenario != .connect {
            traffic = try await TrafficPhase(plan: plan, loops: loops).run(entering: enter)
        }
        let faults = try await Self.tally(loops).faults
        var report = BenchmarkReport(
            scenario: plan.scenario, urls: plan.urls.map(\.description), clients: plan.clients, topics: plan.topics,
            joins: plan.joins, payloadBytes: plan.payloadBytes, connect: connect, traffic: traffic, faults: faults
        )
        switch plan.load {
        case .inFlight(let count): report.inFlight = count
        case .rate(let rate): report.rate = rate
        }
        report.notes = report.findings
        return report
    }

    private func enter(_ phase: BenchmarkProgress.Phase) {
        self.phase.value.withLock { $0 = phase }
    }

    /// What all loops have counted.
    static func tally(_ loops: [LoopHandle]) async throws -> Tally {
        var sum = Tally()
        for loop in loops { sum.add(try await loop.call { $0.tally }) }
        return sum
    }
}

@testable import ChannelSocketBench

/// Reports as no server need make them.
enum SampleReport {
    /// A report of two seconds with 1,000 replies or deliveries.
    static func make(
        _ scenario: BenchmarkPlan.Scenario, clients: Int = 10, topics: Int = 10, unasked: Unasked = Unasked(),
        generatorLoad: Double? = nil, generatorCores: Int = 1
    ) -> BenchmarkReport {
        let traffic = TrafficFigures(
            seconds: 2, sent: 1000, received: 1000, receivedPerSecond: 500, crossedPerSecond: nil, unasked: unasked,
            latency: nil, crossLatency: nil, sendLag: nil, cpuPerReceived: nil, kernelShare: nil, serverLoad: nil,
            generatorLoad: generatorLoad, generatorCores: generatorCores
        )
        let connect = ConnectFigures(
            seconds: 1, perSecond: 10, latency: nil, cpuPerClient: nil, memoryBefore: nil, memoryAfter: nil,
            memoryPerClient: nil
        )
        var report = BenchmarkReport(
            scenario: scenario, urls: ["ws://127.0.0.1:4000/socket"], clients: clients, topics: topics, joins: 1,
            payloadBytes: 128, connect: connect, traffic: scenario == .connect ? nil : traffic, faults: Faults()
        )
        report.notes = report.findings
        return report
    }
}

@testable import ChannelSocketBench

/// Reports as no server need make them; each figure is different, so that one in another's place is seen.
enum SampleReport {
    static let connectLatency = LatencySummary(count: 10, p50: 1500, p90: 1600, p99: 1700, p999: 1800, max: 1900)
    static let latency = LatencySummary(count: 1000, p50: 1.5, p90: 22.3, p99: 333, p999: 4444, max: 55_555)
    static let crossLatency = LatencySummary(count: 400, p50: 2.5, p90: 32.3, p99: 433, p999: 5444, max: 65_555)
    static let sendLag = LatencySummary(count: 1000, p50: 0.5, p90: 0.6, p99: 0.7, p999: 0.8, max: 0.9)

    /// A report of two seconds with 1,000 replies or deliveries.
    static func make(
        _ scenario: BenchmarkPlan.Scenario, clients: Int = 10, topics: Int = 10, unasked: Unasked = Unasked(),
        generatorLoad: Double? = nil, generatorCores: Int = 1
    ) -> BenchmarkReport {
        let traffic = TrafficFigures(
            seconds: 2, sent: 1000, received: 1000, receivedPerSecond: 500, crossedPerSecond: 200, unasked: unasked,
            latency: latency, crossLatency: crossLatency, sendLag: sendLag, cpuPerReceived: nil, kernelShare: nil,
            serverLoad: nil, generatorLoad: generatorLoad, generatorCores: generatorCores
        )
        let connect = ConnectFigures(
            seconds: 1, perSecond: 10, latency: connectLatency, cpuPerClient: nil, memoryBefore: nil,
            memoryAfter: nil, memoryPerClient: nil
        )
        var report = BenchmarkReport(
            scenario: scenario, urls: ["ws://127.0.0.1:4000/socket"], clients: clients, topics: topics, joins: 1,
            payloadBytes: 128, connect: connect, traffic: scenario == .connect ? nil : traffic, faults: Faults()
        )
        report.notes = report.findings
        return report
    }
}

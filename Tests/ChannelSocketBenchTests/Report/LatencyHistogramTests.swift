import Testing

@testable import ChannelSocketBench

@Suite("A histogram of latencies")
struct LatencyHistogramTests {
    /// Whether a figure is a value with three significant digits, or as near to it as the 64 ns of the least step.
    private static func isNear(_ found: Double, _ microseconds: Double) -> Bool {
        abs(found - microseconds) <= max(microseconds / 1000, 0.064)
    }

    @Test("gives the percentiles in microseconds, in three digits", arguments: [1, 100, 10_000] as [UInt64])
    func percentiles(unit: UInt64) throws {
        var histogram = LatencyHistogram()
        // 1, 2, 3 ... 10,000 of the unit, which is in nanoseconds here, in an order that is not theirs.
        for number in 0..<10_000 as Range<UInt64> { histogram.record((number * 7919 % 10_000 + 1) * unit) }
        let summary = try #require(histogram.summary)
        #expect(summary.count == 10_000)
        let scale = Double(unit) / 1000
        #expect(Self.isNear(summary.p50, 5000 * scale))
        #expect(Self.isNear(summary.p90, 9000 * scale))
        #expect(Self.isNear(summary.p99, 9900 * scale))
        #expect(Self.isNear(summary.p999, 9990 * scale))
        #expect(summary.max == 10_000 * scale)
    }

    @Test("leaves a single outlier to the maximum")
    func outlier() throws {
        var histogram = LatencyHistogram()
        for _ in 0..<9_999 { histogram.record(1_000_000) }
        histogram.record(2_000_000_000)
        let summary = try #require(histogram.summary)
        for percentile in [summary.p50, summary.p90, summary.p99, summary.p999] {
            #expect(Self.isNear(percentile, 1000))
        }
        #expect(summary.max == 2_000_000)
    }

    @Test("has those of several event loops in it when they are added")
    func adding() throws {
        var sum = LatencyHistogram()
        for latencies in [100_000...149_000, 150_000...199_000] as [ClosedRange<UInt64>] {
            var part = LatencyHistogram()
            for latency in stride(from: latencies.lowerBound, through: latencies.upperBound, by: 1000) {
                part.record(latency)
            }
            sum.add(part)
        }
        let summary = try #require(sum.summary)
        #expect(summary.count == 100)
        #expect(Self.isNear(summary.p50, 149))
        #expect(Self.isNear(summary.p90, 189))
        #expect(summary.max == 199)
    }

    @Test("counts what takes longer than it can tell as that long")
    func longest() throws {
        var histogram = LatencyHistogram()
        histogram.record(.max)
        let summary = try #require(histogram.summary)
        #expect(summary.count == 1)
        #expect(summary.p50 == 100_000_000)
        #expect(summary.max == 100_000_000)
    }

    @Test("has no percentiles of nothing")
    func nothing() {
        #expect(LatencyHistogram().summary == nil)
    }
}

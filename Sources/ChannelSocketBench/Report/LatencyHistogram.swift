internal import Histogram

/// How long things took, in nanoseconds, with three significant digits up to 100 seconds.
struct LatencyHistogram: Sendable {
    private static let longest: UInt64 = 100_000_000_000

    private var histogram = Histogram<UInt64>(
        lowestDiscernibleValue: 100, highestTrackableValue: longest, numberOfSignificantValueDigits: .three
    )

    /// Records a duration.
    mutating func record(_ nanoseconds: UInt64) {
        _ = histogram.record(min(nanoseconds, Self.longest))
    }

    /// Adds what another has recorded.
    mutating func add(_ other: LatencyHistogram) {
        histogram.add(other.histogram)
    }

    /// The percentiles; nil if nothing was recorded.
    var summary: LatencySummary? {
        guard histogram.totalCount > 0 else { return nil }
        func percentile(_ percentile: Double) -> Double {
            Double(histogram.valueAtPercentile(percentile)) / 1000
        }
        return LatencySummary(
            count: histogram.totalCount, p50: percentile(50), p90: percentile(90), p99: percentile(99),
            p999: percentile(99.9), max: Double(histogram.maxRecorded) / 1000
        )
    }
}

/// The percentiles of a latency, in microseconds.
package struct LatencySummary: Sendable, Codable, Equatable {
    /// How many were recorded.
    package let count: UInt64
    /// The median.
    package let p50: Double
    /// What 90 % do not exceed.
    package let p90: Double
    /// What 99 % do not exceed.
    package let p99: Double
    /// What 99.9 % do not exceed.
    package let p999: Double
    /// The longest.
    package let max: Double
}

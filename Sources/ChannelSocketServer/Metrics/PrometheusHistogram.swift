public import CoreMetrics
internal import Synchronization

/// How often which values were seen, by upper bounds.
public final class PrometheusHistogram: TimerHandler, RecorderHandler, PrometheusValue {
    /// Upper bounds from 100 µs to 10 s, in seconds.
    public static let durationBuckets = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    private let bounds: [Double]
    private let state: Mutex<State>

    private struct State {
        /// Values in each bucket, not cumulated; the last one is beyond all bounds.
        var buckets: [UInt64]
        var sum = 0.0
    }

    init(bounds: [Double] = PrometheusHistogram.durationBuckets) {
        self.bounds = bounds
        state = Mutex(State(buckets: [UInt64](repeating: 0, count: bounds.count + 1)))
    }

    /// Notes a duration.
    public func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    /// Notes a value.
    public func record(_ value: Int64) { record(Double(value)) }

    /// Notes a value.
    public func record(_ value: Double) {
        guard !value.isNaN else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.buckets[bucket] += 1
            state.sum += value
        }
    }

    func write(name: String, labels: PrometheusLabels, to text: inout PrometheusText) {
        let (buckets, sum) = state.withLock { ($0.buckets, $0.sum) }
        var count: UInt64 = 0
        for (index, values) in buckets.enumerated() {
            count += values
            let bound = index < bounds.count ? bounds[index] : .infinity
            let braces = labels.braced(adding: "le=\"\(PrometheusText.number(bound))\"")
            text.append("\(name)_bucket", braces, Double(count))
        }
        text.append("\(name)_sum", labels.braced(), sum)
        text.append("\(name)_count", labels.braced(), Double(count))
    }
}

package import CoreMetrics
import Synchronization

/// Keeps a swift-metrics counter level with a count that is kept elsewhere.
package final class MirroredCounter: Sendable {
    private let counter: Counter
    private let reported = Mutex<Int64>(0)

    /// Creates a counter.
    ///
    /// - Parameters:
    ///   - label: its name.
    ///   - dimensions: its labels.
    ///   - factory: the backend.
    package init(_ label: String, _ dimensions: [(String, String)] = [], factory: any MetricsFactory) {
        counter = Counter(label: label, dimensions: dimensions, factory: factory)
    }

    /// Reports what was added since the last time.
    ///
    /// - Parameter total: the count since the start.
    package func report(_ total: some BinaryInteger) {
        let total = Int64(clamping: total)
        let difference = reported.withLock { reported in
            defer { reported = max(reported, total) }
            return max(0, total - reported)
        }
        // A counter at 0 is worth showing: what has never been reported looks as if it were not measured.
        counter.increment(by: difference)
    }
}

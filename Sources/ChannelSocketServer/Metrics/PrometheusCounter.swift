internal import CoreMetrics
internal import Synchronization

/// A number that only grows.
final class PrometheusCounter: CounterHandler, FloatingPointCounterHandler, PrometheusValue {
    private struct Count {
        var whole: Int64 = 0
        var fraction = 0.0
    }

    private let count = Mutex(Count())

    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        count.withLock { $0.whole = $0.whole.addingReportingOverflow(amount).partialValue }
    }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        count.withLock { $0.fraction += amount }
    }

    func reset() {
        count.withLock { $0 = Count() }
    }

    func write(name: String, labels: PrometheusLabels, to text: inout PrometheusText) {
        let count = count.withLock { $0 }
        text.append(name, labels.braced(), Double(count.whole) + count.fraction)
    }
}

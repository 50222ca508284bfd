public import CoreMetrics
internal import Synchronization

/// The metrics of a process, kept for Prometheus: the swift-metrics backend behind `/metrics`.
///
/// Give it to whatever takes a `MetricsFactory`, or bootstrap the metrics system with it once a process.
/// ``exposition()`` is the text that Prometheus reads.
///
/// Timers and aggregating recorders are histograms with the buckets of ``PrometheusHistogram/durationBuckets``,
/// timers in seconds. There are at most ``maxSeries`` series; what would come on top counts nowhere, but in
/// `channelsocket_metrics_refused_total`.
public final class PrometheusRegistry: MetricsFactory {
    /// The most series, counting a histogram as one.
    public let maxSeries: Int

    private let help: [String: String]
    private let state = Mutex(State())
    private let refused = PrometheusCounter()

    private struct State {
        var families: [String: PrometheusFamily] = [:]
        var series = 0
    }

    /// Creates an empty registry.
    ///
    /// - Parameters:
    ///   - help: what metrics mean, by name.
    ///   - maxSeries: the most series.
    public init(help: [String: String] = MetricsReference.help, maxSeries: Int = 2000) {
        self.help = help
        self.maxSeries = maxSeries
        let series = PrometheusSeries(labels: PrometheusLabels([]), kind: .counter, value: refused)
        state.withLock { $0.families["channelsocket_metrics_refused_total"] = PrometheusFamily(series) }
    }

    /// All metrics in Prometheus' text format, version 0.0.4.
    public func exposition() -> String {
        let families = state.withLock { $0.families }
        var text = PrometheusText()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text.append(family, name: name, help: help[name] ?? name)
        }
        return text.text
    }

    /// The names of all metrics.
    public var names: [String] { state.withLock { $0.families.keys.sorted() } }

    /// The series of a name and labels: the one there is, or a new one.
    private func series<Value: PrometheusValue>(
        _ label: String, _ dimensions: [(String, String)], _ kind: PrometheusKind, make: () -> Value
    ) -> Value {
        let name = PrometheusText.name(label)
        let labels = PrometheusLabels(dimensions)
        return state.withLock { state in
            let family = state.families[name]
            if let known = family?.series[labels] {
                if known.kind == kind, let value = known.value as? Value { return value }
            } else if family.map({ $0.kind == kind }) ?? true, state.series < maxSeries {
                let value = make()
                state.series += 1
                state.families[name, default: PrometheusFamily(kind: kind)].series[labels] =
                    PrometheusSeries(labels: labels, kind: kind, value: value)
                return value
            }
            refused.increment(by: 1 as Int64)
            return make()
        }
    }

    private func forget(_ handler: AnyObject) {
        state.withLock { state in
            for (name, var family) in state.families {
                guard let (labels, _) = family.series.first(where: { $0.value.value === handler }) else { continue }
                family.series[labels] = nil
                state.families[name] = family.series.isEmpty ? nil : family
                state.series -= 1
            }
        }
    }
}

// What swift-metrics asks for.
extension PrometheusRegistry {
    /// Makes a counter, or finds the one of that name and labels.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { PrometheusCounter() }
    }

    /// Makes a counter of fractions, or finds the one of that name and labels.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter) { PrometheusCounter() }
    }

    /// Makes a gauge, or finds the one of that name and labels.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { PrometheusGauge() }
    }

    /// Makes a histogram, or a gauge if values are not to be aggregated; or finds the one of that name and labels.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate
            ? series(label, dimensions, .histogram) { PrometheusHistogram() }
            : series(label, dimensions, .gauge) { PrometheusGauge() }
    }

    /// Makes a histogram of seconds, or finds the one of that name and labels.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram) { PrometheusHistogram() }
    }

    /// Forgets a counter.
    public func destroyCounter(_ handler: any CounterHandler) { forget(handler) }

    /// Forgets a counter of fractions.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { forget(handler) }

    /// Forgets a gauge.
    public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }

    /// Forgets a recorder.
    public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }

    /// Forgets a timer.
    public func destroyTimer(_ handler: any TimerHandler) { forget(handler) }
}

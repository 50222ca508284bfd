/// Something whose counts are reported through swift-metrics now and then, instead of at every change.
public protocol MetricsSource: Sendable {
    /// Brings the metrics up to date.
    func report()
}

internal import ChannelSocket
internal import ChannelSocketRedis
internal import CoreMetrics
internal import NIOCore

/// Everything that the stock server measures, and where it keeps it.
struct ServerMetrics: Sendable {
    /// What Prometheus reads; also the place for metrics of other parts of the server.
    let registry: PrometheusRegistry
    private let reporter: MetricsReporter

    /// Creates the metrics of a node.
    ///
    /// - Parameters:
    ///   - registry: where they are kept.
    ///   - status: the node.
    ///   - access: who may use the node, and which backends decide.
    init(registry: PrometheusRegistry, _ status: NodeStatus, access: AccessControl) {
        self.registry = registry
        var sources: [any MetricsSource] = [
            NodeMetrics(status.pubSub, factory: registry), AccessMetrics(access, factory: registry),
            ProcessMetrics(version: StockServer.version, factory: registry),
        ]
        // Shown at 0 whether there is tracing or not.
        for result in ["sent", "lost"] {
            Counter(label: OTLPTracer.metric, dimensions: [("result", result)], factory: registry).increment(by: 0)
        }
        if let redis = status.redis { sources.append(RedisMetrics(redis, factory: registry)) }
        reporter = MetricsReporter(sources)
    }

    /// All metrics as of now, for Prometheus.
    func exposition() -> String {
        reporter.report()
        return registry.exposition()
    }
}

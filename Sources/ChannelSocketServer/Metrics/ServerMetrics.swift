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
    ///   - pubSub: what the node counts.
    ///   - redis: the link to the other nodes, if there is one.
    init(registry: PrometheusRegistry, pubSub: PubSub, redis: RedisAdapter?) {
        self.registry = registry
        var sources: [any MetricsSource] = [
            NodeMetrics(pubSub, factory: registry), ProcessMetrics(version: StockServer.version, factory: registry),
        ]
        // Shown at 0 whether there is tracing or not.
        for result in ["sent", "lost"] {
            Counter(label: OTLPTracer.metric, dimensions: [("result", result)], factory: registry).increment(by: 0)
        }
        if let redis { sources.append(RedisMetrics(redis, factory: registry)) }
        reporter = MetricsReporter(sources)
    }

    /// All metrics as of now, for Prometheus.
    func exposition() -> String {
        reporter.report()
        return registry.exposition()
    }
}

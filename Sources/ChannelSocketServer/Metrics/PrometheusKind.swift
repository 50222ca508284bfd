/// What a metric is, as Prometheus' `# TYPE` says it.
enum PrometheusKind: String, Sendable {
    case counter
    case gauge
    case histogram
}

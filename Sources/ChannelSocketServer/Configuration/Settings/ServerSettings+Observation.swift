extension ServerSettings {
    static let observation: [Setting<ServerConfiguration>] = [
        Setting("metrics.enabled", .bool, \.metrics.isEnabled, "Whether there is a page for Prometheus."),
        Setting("metrics.path", .urlPath, \.metrics.path, "Where the page for Prometheus is."),
        Setting(
            "metrics.bearer_token", .optional(.secret(), nil: "none"), \.metrics.bearerToken,
            "What readers of the metrics send as `Authorization: Bearer`; with none everybody may read them."
        ),
        Setting(
            "tracing.endpoint", .optional(.httpURL, nil: "none"), \.tracing.endpoint,
            "Where spans are posted as OTLP's JSON, such as `http://localhost:4318/v1/traces`."
        ),
        Setting(
            "tracing.sample_ratio", .fraction, \.tracing.sampleRatio,
            "The share of traces that are recorded, unless a client's `traceparent` decides."
        ),
        Setting("tracing.service_name", .text, \.tracing.serviceName, "The name of the service in traces."),
        Setting(
            "tracing.max_pending_spans", .integer(in: 1...1_000_000), \.tracing.maxPendingSpans,
            "Finished spans that may wait to be sent; more are lost, and counted."
        ),
        Setting(
            "admin.key", .optional(.secret(ofAtLeast: AdminConfiguration.minKeyLength), nil: "none"), \.admin.key,
            "What opens the page at `/admin`, and may use the whole HTTP API; with none there is no page."
        ),
        Setting(
            "admin.max_tails", .integer(in: 1...1_000), \.admin.maxTails,
            "Topics that may be watched from the page at the same time on one node."
        ),
    ]
}

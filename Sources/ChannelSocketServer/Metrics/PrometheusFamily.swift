/// The series of one name, which differ in their labels.
struct PrometheusFamily: Sendable {
    let kind: PrometheusKind
    var series: [PrometheusLabels: PrometheusSeries] = [:]

    init(kind: PrometheusKind) {
        self.kind = kind
    }

    /// Creates a family of one series.
    init(_ series: PrometheusSeries) {
        kind = series.kind
        self.series = [series.labels: series]
    }
}

/// One series of a family.
struct PrometheusSeries: Sendable {
    let labels: PrometheusLabels
    let kind: PrometheusKind
    let value: any PrometheusValue
}

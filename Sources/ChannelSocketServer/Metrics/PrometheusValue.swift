/// Something a series' lines are made from.
protocol PrometheusValue: AnyObject, Sendable {
    /// Writes the lines.
    func write(name: String, labels: PrometheusLabels, to text: inout PrometheusText)
}

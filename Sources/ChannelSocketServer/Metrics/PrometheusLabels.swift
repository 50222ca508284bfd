/// The labels of a series, in the order of their names, as Prometheus writes them between braces.
struct PrometheusLabels: Hashable, Comparable, Sendable {
    /// `name="value"` pairs with commas in between; empty without labels.
    let text: String

    init(_ dimensions: [(String, String)]) {
        text = dimensions.sorted { $0.0 < $1.0 }
            .map { "\(PrometheusText.labelName($0.0))=\"\(PrometheusText.labelValue($0.1))\"" }
            .joined(separator: ",")
    }

    static func < (one: PrometheusLabels, other: PrometheusLabels) -> Bool {
        one.text < other.text
    }

    /// The labels in braces, with another one at the end.
    func braced(adding label: String? = nil) -> String {
        let all = [text, label ?? ""].filter { !$0.isEmpty }.joined(separator: ",")
        return all.isEmpty ? "" : "{\(all)}"
    }
}

extension BenchmarkReport {
    /// What is to be noted of the figures.
    var findings: [BenchmarkNote] {
        guard let traffic else { return [] }
        return [unasked(traffic)].compactMap(\.self)
    }

    private func unasked(_ traffic: TrafficFigures) -> BenchmarkNote? {
        guard traffic.unasked.count > 0 else { return nil }
        var text = "\(traffic.unasked.count) broadcasts came unasked"
        if traffic.received > 0 {
            let share = Self.number(Double(traffic.unasked.count) / Double(traffic.received))
            text += ", \(share) for each \(scenario == .echo ? "reply" : "delivery")"
        }
        text += traffic.unasked.first.map { " (\($0))" } ?? ""
        text += ": their cost is in the figures"
        if scenario == .echo, topics < clients { text += "; without --topics each client has a topic of its own" }
        return BenchmarkNote(kind: .unasked, text: text)
    }
}

extension BenchmarkReport {
    /// The share of its cores beyond which the generator counts as busy all the time: nobody gets quite all of a core.
    private static let busy = 0.95

    /// What is to be noted of the figures.
    var findings: [BenchmarkNote] {
        guard let traffic else { return [] }
        return [unasked(traffic), generatorLimit(traffic)].compactMap(\.self)
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

    private func generatorLimit(_ traffic: TrafficFigures) -> BenchmarkNote? {
        let cores = traffic.generatorCores
        guard let load = traffic.generatorLoad, load > Self.busy * Double(cores) else { return nil }
        return BenchmarkNote(
            kind: .generatorLimit,
            text: """
                the generator used \(Self.number(load)) of the \(cores == 1 ? "one core" : "\(cores) cores") that its \
                event loops can have: it may have been the limit, not the server; more --threads help where there are \
                cores
                """
        )
    }
}

internal import Foundation

extension BenchmarkReport {
    /// The report for people: a line for each figure, and below them the notes.
    package var table: String {
        var rows = [("scenario", scenarioText)]
        rows.append(("nodes", urls.joined(separator: " ")))
        rows += connectRows
        if let traffic { rows += trafficRows(traffic) }
        rows.append(("faults", faultsText))
        let width = rows.map(\.0.count).max() ?? 0
        let lines = rows.map { name, value in
            name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + value
        }
        return (lines + notes.map { "note: \($0.text)" }).joined(separator: "\n")
    }

    private var scenarioText: String {
        let load = rate.map { "\(Self.number($0)) messages/s" } ?? inFlight.map { "\($0) in flight" } ?? ""
        let size = "\(payloadBytes)-byte payloads"
        return switch scenario {
        case .connect: "connect, \(clients) clients, \(topicsText)"
        case .fanout: "fanout, \(clients) clients, \(topicsText), \(size), \(load)"
        case .echo: "echo, \(clients) clients, \(topicsText), \(size), \(load)"
        }
    }

    private var topicsText: String {
        "\(topics) \(topics == 1 ? "topic" : "topics")" + (joins > 1 ? ", \(joins) a client" : "")
    }

    private var connectRows: [(String, String)] {
        var rows = [("connect + join", "\(Self.number(connect.perSecond))/s, \(Self.text(connect.latency))")]
        if let cpu = connect.cpuPerClient { rows.append(("server CPU per join", "\(Self.number(cpu)) us")) }
        if scenario == .connect, let bytes = connect.memoryPerClient, let after = connect.memoryAfter {
            let total = Self.number(Double(after) / 1_048_576)
            rows.append(("server memory (PSS)", "\(Self.number(bytes)) bytes per client, \(total) MiB in all"))
        }
        return rows
    }

    private func trafficRows(_ traffic: TrafficFigures) -> [(String, String)] {
        let what = scenario == .echo ? "replies" : "deliveries"
        let seconds = Self.number(traffic.seconds)
        var rows = [(what, "\(Self.number(traffic.receivedPerSecond))/s, \(traffic.received) in \(seconds) s")]
        rows.append(("messages sent", "\(Self.number(Double(traffic.sent) / traffic.seconds))/s"))
        rows.append(("latency", Self.text(traffic.latency)))
        if let crossed = traffic.crossedPerSecond {
            rows.append(("between nodes", "\(Self.number(crossed))/s"))
            rows.append(("latency between nodes", Self.text(traffic.crossLatency)))
        }
        if let lag = traffic.sendLag { rows.append(("generator's own delay", Self.text(lag))) }
        if let cpu = traffic.cpuPerReceived, let kernel = traffic.kernelShare {
            let share = Self.number(kernel * 100)
            rows.append(("server CPU each", "\(Self.number(cpu)) us, \(share) % of it in the kernel"))
        }
        if let load = traffic.serverLoad { rows.append(("server load", "\(Self.number(load * 100)) % of a core")) }
        if let load = traffic.generatorLoad {
            rows.append(("generator load", "\(Self.number(load * 100)) % of a core"))
        }
        return rows
    }

    private var faultsText: String {
        guard !faults.isEmpty else { return "none: nothing lost, duplicated or out of order" }
        let counts = [
            (faults.lost, "lost"), (faults.duplicates, "duplicates"), (faults.disordered, "out of order"),
            (faults.misrouted, "of other topics"), (faults.malformed, "malformed"), (faults.refused, "refused"),
            (faults.ended, "clients ended"),
        ]
        let text = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        return text + (faults.first.map { " (\($0))" } ?? "")
    }

    private static func text(_ latency: LatencySummary?) -> String {
        guard let latency else { return "-" }
        let values = [
            ("p50", latency.p50), ("p90", latency.p90), ("p99", latency.p99), ("p99.9", latency.p999),
            ("max", latency.max),
        ]
        return values.map { "\($0.0) \(number($0.1))" }.joined(separator: ", ") + " us"
    }

    /// A number with as many digits as are worth reading.
    static func number(_ value: Double) -> String {
        let digits =
            switch abs(value) {
            case ..<10: 2
            case ..<100: 1
            default: 0
            }
        return String(format: "%.\(digits)f", value)
    }
}

extension BenchmarkProgress {
    /// The progress in a line for people.
    ///
    /// - Parameter earlier: the progress a second before, for rates.
    /// - Returns: the line.
    package func line(since earlier: BenchmarkProgress?) -> String {
        let seconds = elapsed.components.seconds
        var text = "\(seconds) s  \(phase.rawValue)  \(joined) joined"
        if sent > 0 {
            let interval = (elapsed - (earlier?.elapsed ?? .zero)) / .seconds(1)
            let rate = Double(received - (earlier?.received ?? 0)) / interval
            text += "  \(sent) sent  \(received) received  \(BenchmarkReport.number(rate))/s"
        }
        let faultCount =
            faults.lost + faults.duplicates + faults.disordered + faults.misrouted + faults.malformed + faults.refused
            + faults.ended
        if faultCount > 0 { text += "  \(faultCount) faults" }
        return text
    }
}

/// What all kinds of traffic count alike.
extension LoadLoop {
    /// Counts a message that was sent, or due, at a time.
    func countSent(at time: UInt64) {
        tally.sent += 1
        if window.contains(time) { tally.sentInWindow += 1 }
    }

    /// Counts the fault in an arrival, if there is one.
    ///
    /// - Returns: whether the message had not come before.
    func countArrival(_ arrival: NumberTracker.Arrival) -> Bool {
        switch arrival {
        case .expected, .ahead: return true
        case .disordered:
            tally.faults.disordered += 1
            return true
        case .duplicate:
            tally.faults.duplicates += 1
            return false
        }
    }

    /// Counts a push that the server refused, and keeps what it said the first time.
    func countRefused(saying payload: String) {
        tally.faults.refused += 1
        tally.faults.first = tally.faults.first ?? payload
    }

    /// Counts a message that is neither a delivery nor a reply: harmless, but the server does it besides its work.
    func countUnasked(_ message: ReceivedMessage) {
        guard isMeasuring else { return }
        tally.unasked.count += 1
        tally.unasked.first = tally.unasked.first ?? "\(message.text(message.event)) of \(message.text(message.topic))"
    }
}

/// Since when a node has polled without a break.
///
/// Pure. A node that was cut off, or whose Redis was gone and has come back with what it had saved, does not judge others
/// before they had time to renew their leases, too.
struct PollingRecord {
    private let patience: Duration
    private let longestPause: Duration
    private var reconnects: UInt64
    private var steadySince: ContinuousClock.Instant?
    private var lastSuccess: ContinuousClock.Instant?

    /// Begins a record.
    ///
    /// - Parameters:
    ///   - lease: how long the leases last; a third of it has to be steady.
    ///   - interval: the pause between polls.
    ///   - reconnects: how often connections were made anew so far.
    init(lease: Duration, interval: Duration, reconnects: UInt64) {
        patience = lease / 3
        longestPause = max(lease / 3, interval * 2)
        self.reconnects = reconnects
    }

    /// A poll begins.
    ///
    /// - Returns: whether the node may declare others dead in it.
    mutating func begins(now: ContinuousClock.Instant, reconnects: UInt64) -> Bool {
        let wasCutOff = reconnects != self.reconnects
        let hasPaused = lastSuccess.map { now - $0 > longestPause } ?? false
        self.reconnects = reconnects
        let since = wasCutOff || hasPaused ? now : steadySince ?? now
        steadySince = since
        return now - since >= patience
    }

    mutating func succeeded(now: ContinuousClock.Instant) {
        lastSuccess = now
    }

    mutating func failed() {
        steadySince = nil
    }
}

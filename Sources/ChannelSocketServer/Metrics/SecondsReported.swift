internal import Synchronization

/// How much of a growing number of seconds has been reported.
final class SecondsReported: Sendable {
    private let reported = Mutex(0.0)

    /// Notes that all is reported.
    ///
    /// - Returns: what had not been.
    func advance(to total: Double) -> Double {
        reported.withLock { reported in
            defer { reported = max(reported, total) }
            return max(0, total - reported)
        }
    }
}

import NIOCore

/// A token bucket for accepting connections, without clock and timer of its own.
struct AcceptBudget {
    /// When the bucket will be full again; in the past if it is.
    private var fullAt = NIODeadline.uptimeNanoseconds(0)
    private let interval: Int64
    private let burst: Int64

    /// Creates a full bucket.
    ///
    /// - Parameters:
    ///   - perSecond: how many tokens it gets a second, 1 to 1,000,000,000.
    ///   - burst: how many it holds, at least 1.
    init(perSecond: Int, burst: Int) {
        interval = 1_000_000_000 / Int64(min(max(perSecond, 1), 1_000_000_000))
        self.burst = Int64(min(max(burst, 1), 1_000_000))
    }

    /// Takes a token, whether there is one or not: a read accepts several connections at once.
    mutating func take(at now: NIODeadline) {
        fullAt = max(fullAt, now) + .nanoseconds(interval)
    }

    /// How long until there is a token; nil if there is one now.
    func delay(at now: NIODeadline) -> TimeAmount? {
        // With n tokens missing it takes n intervals to be full.
        let missing = fullAt - now
        let excess = missing - .nanoseconds(interval * (burst - 1))
        return excess > .zero ? excess : nil
    }
}

internal import NIOCore

/// The events that a member may still send.
///
/// Counts in nanoseconds: an event costs what it takes to earn one, so that there is nothing to round.
struct ChannelRateBucket {
    private var balance: Int64
    private var lastLook: NIODeadline

    /// Begins with a full bucket.
    init(_ rate: ChannelRate, now: NIODeadline) {
        balance = Self.capacity(rate)
        lastLook = now
    }

    /// Takes what an event costs.
    ///
    /// - Parameters:
    ///   - rate: how often events may come.
    ///   - now: the time.
    /// - Returns: whether there was enough left.
    mutating func take(_ rate: ChannelRate, now: NIODeadline) -> Bool {
        let earned = max(0, (now - lastLook).nanoseconds)
        balance = min(Self.capacity(rate), balance + min(earned, Self.capacity(rate)))
        lastLook = now
        guard balance >= Self.cost(rate) else { return false }
        balance -= Self.cost(rate)
        return true
    }

    private static func cost(_ rate: ChannelRate) -> Int64 { 1_000_000_000 / Int64(max(1, rate.perSecond)) }

    private static func capacity(_ rate: ChannelRate) -> Int64 { cost(rate) * Int64(max(1, rate.burst)) }
}

import NIOCore

/// Says when refused subscriptions are worth a line: the first at once, then at most one a minute with their number.
///
/// Clients choose topics, and one that Redis refuses is tried again and again.
struct RefusalLog {
    private static let pause = TimeAmount.minutes(1)

    private var quietUntil: NIODeadline?
    private var unlogged = 0
    private var message = ""

    /// Counts a topic that was refused.
    mutating func record(_ message: String) {
        unlogged += 1
        self.message = message
    }

    /// Takes what is to be logged now, nil if there is nothing.
    mutating func take(now: NIODeadline) -> (message: String, topics: Int)? {
        guard unlogged > 0 else { return nil }
        if let quietUntil, now < quietUntil { return nil }
        quietUntil = now + Self.pause
        defer { unlogged = 0 }
        return (message, unlogged)
    }
}

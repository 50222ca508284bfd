/// How long to wait between attempts: longer each time, and a little different for each client.
///
/// Without the differences all clients of a node that was restarted would come back at the same moments.
public struct RetrySchedule: Hashable, Sendable {
    /// The delays before the first attempts.
    public var delays: [Duration]
    /// The delay before each further attempt.
    public var last: Duration

    /// Creates a schedule.
    public init(delays: [Duration], last: Duration) {
        self.delays = delays
        self.last = last
    }

    /// When phoenix.js connects again.
    public static let reconnect = RetrySchedule(
        delays: [10, 50, 100, 150, 200, 250, 500, 1000, 2000].map { .milliseconds($0) }, last: .seconds(5)
    )
    /// When phoenix.js joins again.
    public static let rejoin = RetrySchedule(delays: [.seconds(1), .seconds(2), .seconds(5)], last: .seconds(10))

    /// The delay before an attempt.
    ///
    /// - Parameters:
    ///   - attempt: how many attempts have failed before.
    ///   - chance: a random number from 0 to 1, which makes the delay between half and one and a half times as long.
    /// - Returns: the delay.
    public func delay(before attempt: Int, chance: Double) -> Duration {
        let delay = delays.indices.contains(attempt) ? delays[attempt] : last
        return delay * (0.5 + chance)
    }
}

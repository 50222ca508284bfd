/// Spreads the audit of all topics over an interval, so that the store is not asked about all of them at once.
struct PresenceAuditRound {
    /// Timers are not worth more than this.
    private static let shortestPause = Duration.milliseconds(10)

    /// How long to wait before each batch.
    let pause: Duration
    private let topics: [String]
    private let steps: Int
    private var step = 0

    /// Begins a round; one without topics lasts as long as any other.
    init(_ topics: [String], over interval: Duration) {
        self.topics = topics
        steps = max(1, min(topics.count, Int(interval / Self.shortestPause)))
        pause = interval / steps
    }

    /// The topics that are due after the next pause, nil when the round is over.
    mutating func next() -> ArraySlice<String>? {
        guard step < steps else { return nil }
        let start = topics.count * step / steps
        step += 1
        return topics[start..<topics.count * step / steps]
    }
}

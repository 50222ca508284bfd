internal import Synchronization

/// What became of the requests to a webhook; readable from any thread.
public final class WebhookStatistics: Sendable {
    /// One kind of event with one outcome.
    public struct Outcome: Hashable, Sendable {
        /// The event.
        public let event: WebhookEvent
        /// `ok`, or the kind of failure: `overloaded`, `timeout`, `unreachable`, `status`, `malformed`.
        public let result: String
    }

    private struct State {
        var outcomes: [Outcome: Int] = [:]
        var retries = 0
    }

    private let state = Mutex(State())

    /// Creates counters that start at 0.
    public init() {}

    /// How often requests had each outcome since the start.
    public var outcomes: [Outcome: Int] { state.withLock { $0.outcomes } }

    /// How often a request was sent again.
    public var retries: Int { state.withLock { $0.retries } }

    /// Counts a request that is over.
    func count(_ event: WebhookEvent, _ failure: WebhookError.Code? = nil) {
        let outcome = Outcome(event: event, result: failure?.description ?? "ok")
        state.withLock { $0.outcomes[outcome, default: 0] += 1 }
    }

    /// Counts a repetition.
    func countRetry() {
        state.withLock { $0.retries += 1 }
    }
}

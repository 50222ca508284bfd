internal import Synchronization

/// What makes a node read its configuration again.
///
/// At most one of a kind waits: reading once takes up whatever happened before.
final class ReloadTriggers: Sendable {
    /// A reason to read.
    enum Trigger {
        /// Somebody said so.
        case hangup
        /// It is time to look whether a file has changed.
        case look
    }

    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private let hasHangup = Atomic(false)

    /// Creates triggers, of which none waits.
    init() {
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Adds one, without waiting.
    func send(_ trigger: Trigger) {
        // A look must not take the place of a hangup: it finds files that did not change, and nothing is read.
        if trigger == .hangup { hasHangup.store(true, ordering: .releasing) }
        wake.yield()
    }

    /// Waits for the next one; for one task at a time.
    ///
    /// - Returns: the trigger; nil when the task is cancelled.
    func next() async -> Trigger? {
        var iterator = wakes.makeAsyncIterator()
        guard await iterator.next() != nil else { return nil }
        return hasHangup.exchange(false, ordering: .acquiring) ? .hangup : .look
    }
}

import Synchronization

/// What ``PubSub/listen(to:on:_:)`` began.
public final class TopicListening: Sendable {
    /// Boxed, since a bare closure in a mutex is wrapped anew with every access.
    private struct End {
        let run: @Sendable () -> Void
    }

    private let end: Mutex<End?>

    init(end: @escaping @Sendable () -> Void) {
        self.end = Mutex(End(run: end))
    }

    /// Ends it, from any thread; once is enough, and broadcasts on their way may still arrive.
    public func stop() {
        let end = end.withLock { $0.take() }
        end?.run()
    }
}

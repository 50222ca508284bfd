import Synchronization

/// What ``PubSub/listen(to:on:_:)`` began.
public final class TopicListening: Sendable {
    private let end: Mutex<(@Sendable () -> Void)?>

    init(end: @escaping @Sendable () -> Void) {
        self.end = Mutex(end)
    }

    /// Ends it, from any thread; once is enough, and broadcasts on their way may still arrive.
    public func stop() {
        let end = end.withLock { $0.take() }
        end?()
    }
}

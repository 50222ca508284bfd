import NIOCore
import Synchronization

/// Tells from outside whether an event loop still does something.
final class EventLoopPulse: Sendable {
    private struct State {
        /// When the question was asked that is not answered yet.
        var asked: NIODeadline?
        var isReported = false
    }

    let eventLoop: any EventLoop
    private let state = Mutex(State())

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Asks for a sign of life, unless one is awaited.
    ///
    /// - Parameters:
    ///   - now: the time.
    ///   - bound: how long the loop may take.
    /// - Returns: how long it has been silent, if that is too long and was not said yet.
    func ask(now: NIODeadline, bound: TimeAmount) -> TimeAmount? {
        let isAnswered = state.withLock { state in
            guard state.asked == nil else { return false }
            state = State(asked: now)
            return true
        }
        if isAnswered {
            eventLoop.execute { [self] in state.withLock { $0.asked = nil } }
            return nil
        }
        return state.withLock { state in
            guard let asked = state.asked, now - asked > bound, !state.isReported else { return nil }
            state.isReported = true
            return now - asked
        }
    }
}

internal import NIOCore

/// Sends on schedule: at each turn of the timer all that is due.
///
/// Confined to its loop.
final class OpenLoop {
    private var schedule: Schedule
    private let load: LoadLoop
    private let send: (_ publisher: Int, _ due: UInt64) -> Void
    private var timer: Scheduled<Void>?

    /// Makes the loop.
    ///
    /// - Parameters:
    ///   - schedule: when messages are due.
    ///   - load: whose loop it runs on.
    ///   - send: sends one.
    init(_ schedule: Schedule, on load: LoadLoop, send: @escaping (_ publisher: Int, _ due: UInt64) -> Void) {
        self.schedule = schedule
        self.load = load
        self.send = send
    }

    /// Begins.
    func start() {
        sendDue()
    }

    /// Ends.
    func stop() {
        timer?.cancel()
        timer = nil
    }

    private func sendDue() {
        let now = LoadLoop.now()
        while let next = schedule.next, next.due <= now {
            send(next.publisher, next.due)
            if load.window.contains(next.due) { load.tally.sendLag.record(LoadLoop.now() - next.due) }
            schedule.advance()
        }
        guard let next = schedule.next else { return }
        let bound = NIOLoopBound(self, eventLoop: load.eventLoop)
        timer = load.eventLoop.scheduleTask(deadline: .uptimeNanoseconds(next.due)) { bound.value.sendDue() }
    }
}

@available(*, unavailable)
extension OpenLoop: Sendable {}

internal import NIOCore

/// Sends on schedule: at each turn of the timer all that is due.
///
/// Confined to its loop.
final class OpenLoop {
    private var schedule: Schedule
    private let load: LoadLoop
    private let send: (_ publisher: Int, _ due: UInt64) -> Void
    private var timer: Scheduled<Void>?
    private var isStopped = false

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

    /// Ends, after what was due in the measured time has been sent: leaving out what is late would flatter.
    func stop() {
        guard !isStopped else { return }
        send(dueBefore: load.window.upperBound)
        // Cancelling does not stop a task that is already among those of this round of the loop.
        isStopped = true
        timer?.cancel()
        timer = nil
    }

    private func sendDue() {
        guard !isStopped else { return }
        send(dueBefore: LoadLoop.now() + 1)
        guard let next = schedule.next else { return }
        let bound = NIOLoopBound(self, eventLoop: load.eventLoop)
        timer = load.eventLoop.scheduleTask(deadline: .uptimeNanoseconds(next.due)) { bound.value.sendDue() }
    }

    private func send(dueBefore limit: UInt64) {
        while let next = schedule.next, next.due < limit {
            send(next.publisher, next.due)
            if load.window.contains(next.due) { load.tally.sendLag.record(LoadLoop.now() - next.due) }
            schedule.advance()
        }
    }
}

@available(*, unavailable)
extension OpenLoop: Sendable {}

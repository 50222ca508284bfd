import NIOCore

/// Finds callbacks that take too long, for all channels of one event loop.
///
/// Only channels whose callback is suspended are here, and one timer looks at all of them: a timer for each message
/// would cost more than handling it. Time is counted in ticks, so that a callback's start is noted without reading a
/// clock; the timer rests while nothing is suspended.
///
/// Confined to its event loop.
final class CallbackWatch {
    /// How exact the deadlines are.
    static let period = TimeAmount.milliseconds(100)

    private let eventLoop: any EventLoop
    /// The time, for the start of callbacks.
    private(set) var tick: UInt32 = 0
    private var watched: ContiguousArray<ChannelProcess> = []
    private var timer: RepeatedTask?

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Takes in a channel whose callback did not return at once.
    func add(_ process: ChannelProcess) {
        watched.append(process)
        guard timer == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleRepeatedTask(initialDelay: Self.period, delay: Self.period) { _ in
            bound.value.advance()
        }
    }

    /// Whether more than an amount of time has passed since a tick.
    func hasPassed(_ amount: TimeAmount, since start: UInt32) -> Bool {
        // The tick in which the callback began was partly over.
        Int64(tick &- start) > (amount.nanoseconds + Self.period.nanoseconds - 1) / Self.period.nanoseconds
    }

    private func advance() {
        tick &+= 1
        // What a channel that is out of time does may bring others in, at the end.
        var index = 0
        while index < watched.count {
            let process = watched[index]
            if process.needsWatch { process.checkDeadline() }
            if process.needsWatch {
                index += 1
            } else {
                process.isWatched = false
                watched.swapAt(index, watched.count - 1)
                watched.removeLast()
            }
        }
        if watched.isEmpty {
            watched = []
            timer?.cancel()
            timer = nil
        }
    }
}

@available(*, unavailable)
extension CallbackWatch: Sendable {}

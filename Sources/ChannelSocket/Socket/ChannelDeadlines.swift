import NIOCore

/// The channels of one socket that are to end at a certain time; most sockets have none.
struct ChannelDeadlines {
    private var timers: [(process: ChannelProcess, timer: Scheduled<Void>)] = []

    /// Ends a channel at a certain time, in place of what was said before; on its event loop.
    mutating func set(_ time: NIODeadline, for process: ChannelProcess, on eventLoop: any EventLoop) {
        remove(process)
        let timer = eventLoop.assumeIsolated().scheduleTask(deadline: time) { [weak process] in
            guard let process else { return }
            process.session.statistics.count(.expiredChannels)
            process.shutDown(.expired)
        }
        timers.append((process, timer))
    }

    /// Forgets a channel.
    mutating func remove(_ process: ChannelProcess) {
        timers.removeAll { entry in
            guard entry.process === process else { return false }
            entry.timer.cancel()
            return true
        }
    }
}

@available(*, unavailable)
extension ChannelDeadlines: Sendable {}

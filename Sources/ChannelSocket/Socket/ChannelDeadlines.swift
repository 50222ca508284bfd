import NIOCore

/// The channels of one socket that are to end at a certain time; most sockets have none.
struct ChannelDeadlines {
    private var deadlines: [(process: ChannelProcess, time: NIODeadline)] = []

    /// Notes when a channel is to end, in place of what was noted before.
    mutating func set(_ time: NIODeadline, for process: ChannelProcess) {
        remove(process)
        deadlines.append((process, time))
    }

    /// Forgets a channel.
    mutating func remove(_ process: ChannelProcess) {
        deadlines.removeAll { $0.process === process }
    }

    /// Takes out the channels whose time has come.
    mutating func takeDue(now: NIODeadline) -> [ChannelProcess] {
        guard deadlines.contains(where: { $0.time <= now }) else { return [] }
        let due = deadlines.filter { $0.time <= now }.map(\.process)
        deadlines.removeAll { $0.time <= now }
        return due
    }
}

@available(*, unavailable)
extension ChannelDeadlines: Sendable {}

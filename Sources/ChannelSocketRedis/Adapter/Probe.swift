import NIOCore

/// The check that what is published comes back: a numbered message now and then.
struct Probe {
    /// What is to be done.
    enum Action: Equatable {
        case none
        /// Publish this.
        case send(token: String)
        /// The last one did not come back in time.
        case deaf
    }

    private let interval: TimeAmount
    private let timeout: TimeAmount
    private var number: UInt64 = 0
    private var sentAt: NIODeadline?
    private var dueAt: NIODeadline?

    init(interval: TimeAmount, timeout: TimeAmount) {
        self.interval = interval
        self.timeout = timeout
    }

    /// Forgets the probe on its way, since a connection was made or lost; the next one goes out soon.
    mutating func reset(now: NIODeadline) {
        sentAt = nil
        dueAt = now
    }

    /// Redis would not publish the probe on its way; the next one goes out after the interval.
    mutating func refused(now: NIODeadline) {
        sentAt = nil
        dueAt = now + interval
    }

    /// Time passes, with both connections ready.
    mutating func tick(now: NIODeadline) -> Action {
        if let sentAt {
            guard now - sentAt >= timeout else { return .none }
            self.sentAt = nil
            dueAt = now + interval
            return .deaf
        }
        if let dueAt, now < dueAt { return .none }
        number += 1
        sentAt = now
        return .send(token: String(number))
    }

    /// A message came back on the probe channel.
    ///
    /// - Returns: how long it took; nil for anything but the probe on its way.
    mutating func received(_ token: UnsafeRawBufferPointer, now: NIODeadline) -> TimeAmount? {
        guard let sentAt, token.elementsEqual(String(number).utf8) else { return nil }
        self.sentAt = nil
        dueAt = now + interval
        return now - sentAt
    }
}

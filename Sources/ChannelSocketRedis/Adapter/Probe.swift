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
    /// When Redis had published the one on its way.
    private var publishedAt: NIODeadline?
    private var dueAt: NIODeadline?

    init(interval: TimeAmount, timeout: TimeAmount) {
        self.interval = interval
        self.timeout = timeout
    }

    /// Forgets the probe on its way, since a connection was made or lost; the next one goes out soon.
    mutating func reset(now: NIODeadline) {
        (sentAt, publishedAt) = (nil, nil)
        dueAt = now
    }

    /// Redis has published the probe on its way: from now on it may be late.
    ///
    /// Not before: on the way to Redis it waits behind what is published, and for its answer there is another limit.
    mutating func published(now: NIODeadline) {
        if sentAt != nil, publishedAt == nil { publishedAt = now }
    }

    /// Redis would not publish the probe on its way; the next one goes out after the interval.
    mutating func refused(now: NIODeadline) {
        (sentAt, publishedAt) = (nil, nil)
        dueAt = now + interval
    }

    /// Time passes, with both connections ready.
    mutating func tick(now: NIODeadline) -> Action {
        if sentAt != nil {
            guard let publishedAt, now - publishedAt >= timeout else { return .none }
            (sentAt, self.publishedAt) = (nil, nil)
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
        (self.sentAt, publishedAt) = (nil, nil)
        dueAt = now + interval
        return now - sentAt
    }
}

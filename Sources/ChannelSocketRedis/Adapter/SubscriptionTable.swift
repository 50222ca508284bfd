import NIOCore
import PhoenixWire

/// Which topics this shard wants, and how far Redis has got with them: pure bookkeeping, no I/O.
///
/// Commands on one connection are answered in order, so per topic it is enough to know what was sent last and how
/// many answers are missing. `Waiter` stands for whoever waits for a confirmation.
struct SubscriptionTable<Waiter: Sendable>: Sendable {
    /// What ``subscribe(to:now:makeWaiter:)`` found.
    enum Subscribing: Sendable {
        /// The subscription is in force.
        case confirmed
        /// It is on its way; the flag asks the caller to see to it that ``nextBatch(limit:)`` is called.
        case pending(Waiter, needsFlush: Bool)
        /// There are too many topics.
        case full
    }

    /// Topics to send to Redis.
    struct Batch: Equatable, Sendable {
        var subscribe: [String] = []
        var unsubscribe: [String] = []

        var count: Int { subscribe.count + unsubscribe.count }
        var isEmpty: Bool { count == 0 }
    }

    private enum Sent {
        case nothing, subscribe, unsubscribe
    }

    private struct Entry {
        var isWanted = false
        var sent = Sent.nothing
        var missingAnswers = 0
        var isQueued = false
        /// How often in a row it was refused for itself, and when to try again.
        var refusals = 0
        var retryAt: NIODeadline?
        var waiter: (id: UInt64, value: Waiter)?

        var isConfirmed: Bool { sent == .subscribe && missingAnswers == 0 }
        var isUnconfirmed: Bool { isWanted && !isConfirmed }
        var isUndecided: Bool { isUnconfirmed && refusals == 0 }
        var isForgettable: Bool { !isWanted && sent != .subscribe && missingAnswers == 0 && !isQueued }
    }

    /// How many wanted topics are not confirmed.
    private(set) var unconfirmed = 0
    /// How many of these Redis has not refused for themselves.
    private(set) var undecided = 0
    /// How many topics are wanted.
    private(set) var wanted = 0
    /// Whether there is a connection to subscribe on.
    private(set) var isLinkUp = false

    private var entries: [TopicKey: Entry] = [:]
    private var queue = CircularBuffer<String>()
    /// Those to be sent alone, because Redis refused each of them or what it was sent with; sent first.
    private var lonely = CircularBuffer<String>()
    /// Those that were refused for themselves, are wanted, and wait for the next attempt.
    private var refused: Set<TopicKey> = []
    private var deadlines = CircularBuffer<(deadline: NIODeadline, topic: String, id: UInt64)>()
    private var lastID: UInt64 = 0
    private let maxTopics: Int
    private let timeout: TimeAmount

    init(maxTopics: Int, timeout: TimeAmount) {
        self.maxTopics = maxTopics
        self.timeout = timeout
    }

    /// How many topics are remembered, the ones that are being unsubscribed included.
    var count: Int { entries.count }

    /// Whether every wanted topic is confirmed.
    var isSettled: Bool { isLinkUp && unconfirmed == 0 }

    /// Whether every wanted topic is confirmed but those that Redis refuses, which are no sign of a link in trouble.
    var isRestored: Bool { isLinkUp && undecided == 0 }

    /// Wants a topic.
    mutating func subscribe(to topic: String, now: NIODeadline, makeWaiter: () -> Waiter) -> Subscribing {
        var entry = entries[TopicKey(topic)] ?? Entry()
        guard entry.isWanted || wanted < maxTopics else { return .full }
        if entry.isConfirmed {
            // Perhaps it was to be unsubscribed, and that has not been sent yet.
            change(topic, &entry) { entry, _ in entry.isWanted = true }
            return .confirmed
        }
        var needsFlush = false
        var result: Waiter?
        change(topic, &entry) { entry, table in
            entry.isWanted = true
            if entry.sent != .subscribe { needsFlush = table.enqueue(topic, &entry, alone: entry.refusals > 0) }
            if let waiter = entry.waiter {
                result = waiter.value
            } else {
                let waiter = makeWaiter()
                table.lastID += 1
                entry.waiter = (table.lastID, waiter)
                table.deadlines.append((now + table.timeout, topic, table.lastID))
                result = waiter
            }
        }
        guard let result else { return .confirmed }
        return .pending(result, needsFlush: needsFlush)
    }

    /// No longer wants a topic.
    ///
    /// - Returns: the one who was waiting for it, in vain; and whether ``nextBatch(limit:)`` must be called.
    mutating func unsubscribe(from topic: String) -> (abandoned: Waiter?, needsFlush: Bool) {
        guard var entry = entries[TopicKey(topic)], entry.isWanted else { return (nil, false) }
        let waiter = entry.waiter?.value
        var needsFlush = false
        change(topic, &entry) { entry, table in
            entry.isWanted = false
            entry.waiter = nil
            needsFlush = table.enqueue(topic, &entry)
        }
        return (waiter, needsFlush)
    }

    /// Takes what is to be sent next, and counts on it being sent.
    ///
    /// - Parameter limit: how many topics at most.
    /// - Returns: nil if there is nothing to send now.
    mutating func nextBatch(limit: Int) -> Batch? {
        guard isLinkUp else { return nil }
        var batch = Batch()
        while batch.isEmpty, let topic = lonely.popFirst() { take(topic, into: &batch) }
        guard batch.isEmpty else { return batch }
        while batch.count < limit, let topic = queue.popFirst() { take(topic, into: &batch) }
        return batch.isEmpty ? nil : batch
    }

    /// Moves a topic from its queue to what is to be sent, if anything is.
    private mutating func take(_ topic: String, into batch: inout Batch) {
        guard var entry = entries[TopicKey(topic)] else { return }
        change(topic, &entry) { entry, _ in
            entry.isQueued = false
            if entry.isWanted, entry.sent != .subscribe {
                entry.sent = .subscribe
                batch.subscribe.append(topic)
            } else if !entry.isWanted, entry.sent == .subscribe {
                entry.sent = .unsubscribe
                batch.unsubscribe.append(topic)
            } else {
                return
            }
            entry.missingAnswers += 1
        }
    }

    /// Redis has answered for a topic.
    ///
    /// - Returns: the one who waited, if the topic is confirmed now.
    mutating func answered(_ topic: String) -> Waiter? {
        guard var entry = entries[TopicKey(topic)], entry.missingAnswers > 0 else { return nil }
        var waiter: Waiter?
        change(topic, &entry) { entry, _ in
            entry.missingAnswers -= 1
            guard entry.isConfirmed, entry.isWanted else { return }
            entry.refusals = 0
            waiter = entry.waiter?.value
            entry.waiter = nil
        }
        return waiter
    }

    /// Redis has refused a topic together with others: it is tried once more, alone, with the next ``nextBatch(limit:)``.
    mutating func refusedTogether(_ topic: String) {
        guard var entry = entries[TopicKey(topic)], entry.missingAnswers > 0 else { return }
        change(topic, &entry) { entry, table in
            entry.missingAnswers -= 1
            guard entry.missingAnswers == 0 else { return }
            entry.sent = .nothing
            if entry.isWanted { _ = table.enqueue(topic, &entry, alone: true) }
        }
    }

    /// Redis has refused a topic for itself: it is tried again after a pause, as long as it is wanted.
    ///
    /// - Returns: the one who waited, in vain.
    mutating func refused(_ topic: String, now: NIODeadline) -> Waiter? {
        guard var entry = entries[TopicKey(topic)], entry.missingAnswers > 0 else { return nil }
        var waiter: Waiter?
        change(topic, &entry) { entry, table in
            entry.missingAnswers -= 1
            guard entry.missingAnswers == 0 else { return }
            entry.sent = .nothing
            waiter = entry.waiter?.value
            entry.waiter = nil
            guard entry.isWanted else { return }
            entry.retryAt = now + Self.pause(afterRefusals: entry.refusals)
            entry.refusals += 1
            table.refused.insert(TopicKey(topic))
        }
        return waiter
    }

    /// Has those tried again whose pause is over.
    ///
    /// - Returns: whether ``nextBatch(limit:)`` must be called.
    mutating func retryRefused(now: NIODeadline) -> Bool {
        var needsFlush = false
        for key in Array(refused) {
            guard var entry = entries[key], let retryAt = entry.retryAt, retryAt <= now else { continue }
            refused.remove(key)
            change(key.topic, &entry) { entry, table in
                // Alone, lest the others have to be sent twice.
                needsFlush = table.enqueue(key.topic, &entry, alone: true) || needsFlush
            }
        }
        return needsFlush
    }

    /// One second at first, and one minute at most.
    private static func pause(afterRefusals refusals: Int) -> TimeAmount {
        .seconds(min(60, 1 << min(Int64(refusals), 6)))
    }

    /// There is a connection, and nothing is subscribed on it yet.
    mutating func linkUp() {
        isLinkUp = true
        // Keys of their own: while the table itself is walked, the first change would copy all of it.
        for key in Array(entries.keys) {
            guard var entry = entries[key] else { continue }
            change(key.topic, &entry) { entry, table in
                _ = table.enqueue(key.topic, &entry, alone: entry.refusals > 0)
            }
        }
    }

    /// The connection is gone, and with it all subscriptions; those who wait go on waiting.
    mutating func linkDown() {
        isLinkUp = false
        queue.removeAll()
        lonely.removeAll()
        refused.removeAll()
        for key in Array(entries.keys) {
            guard var entry = entries[key] else { continue }
            change(key.topic, &entry) { entry, _ in
                entry.isQueued = false
                entry.sent = .nothing
                entry.missingAnswers = 0
            }
        }
    }

    /// Takes those who have waited too long.
    mutating func expired(now: NIODeadline) -> [Waiter] {
        var waiters: [Waiter] = []
        while let (deadline, topic, id) = deadlines.first, deadline <= now {
            deadlines.removeFirst()
            if let waiter = entries[TopicKey(topic)]?.waiter, waiter.id == id {
                entries[TopicKey(topic)]?.waiter = nil
                waiters.append(waiter.value)
            }
        }
        return waiters
    }

    /// Takes all who wait.
    mutating func removeWaiters() -> [Waiter] {
        deadlines.removeAll()
        return Array(entries.keys).compactMap { key in
            defer { entries[key]?.waiter = nil }
            return entries[key]?.waiter?.value
        }
    }

    /// Puts a topic into the queue unless it is there; without a link there is no queue, ``linkUp()`` makes it.
    ///
    /// - Returns: whether nothing was in a queue.
    private mutating func enqueue(_ topic: String, _ entry: inout Entry, alone: Bool = false) -> Bool {
        guard isLinkUp, !entry.isQueued else { return false }
        entry.isQueued = true
        if alone { lonely.append(topic) } else { queue.append(topic) }
        return queue.count + lonely.count == 1
    }

    /// Changes an entry and keeps the counts right.
    private mutating func change(_ topic: String, _ entry: inout Entry, _ body: (inout Entry, inout Self) -> Void) {
        unconfirmed -= entry.isUnconfirmed ? 1 : 0
        undecided -= entry.isUndecided ? 1 : 0
        wanted -= entry.isWanted ? 1 : 0
        body(&entry, &self)
        unconfirmed += entry.isUnconfirmed ? 1 : 0
        undecided += entry.isUndecided ? 1 : 0
        wanted += entry.isWanted ? 1 : 0
        if !refused.isEmpty, !entry.isWanted || entry.sent != .nothing { refused.remove(TopicKey(topic)) }
        entries[TopicKey(topic)] = entry.isForgettable ? nil : entry
    }
}

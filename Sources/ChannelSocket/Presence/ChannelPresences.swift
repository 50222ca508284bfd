import PhoenixWire
import Synchronization

/// What one channel tracks: nothing for channels that have no use for presence, and nothing more once it has ended.
enum ChannelPresences {
    case none
    case some(owner: UInt64, [Tracked])
    case ended

    /// A key in a topic.
    struct Tracked {
        let topic: String
        let key: String
        /// Tells it from others of the same key, before and after.
        private let number = Self.last.wrappingAdd(1, ordering: .relaxed).newValue

        private static let last = Atomic<UInt64>(0)

        init(topic: String, key: String) {
            self.topic = topic
            self.key = key
        }

        func isIdentical(to other: Tracked) -> Bool { number == other.number }

        func isSame(as other: Tracked) -> Bool {
            topic.hasSameBytes(as: other.topic) && key.hasSameBytes(as: other.key)
        }
    }

    private static let lastOwner = Atomic<UInt64>(0)

    /// The number of the channel, which begins to use presence now if it has not before; nil once it has ended.
    mutating func begin() -> UInt64? {
        switch self {
        case .none:
            let owner = Self.lastOwner.wrappingAdd(1, ordering: .relaxed).newValue
            self = .some(owner: owner, [])
            return owner
        case .some(let owner, _): return owner
        case .ended: return nil
        }
    }

    /// Whether the channel has ended.
    var hasEnded: Bool { if case .ended = self { true } else { false } }

    /// Notes that something is tracked.
    ///
    /// - Returns: false if the channel has ended.
    mutating func insert(_ tracked: Tracked) -> Bool {
        guard case .some(let owner, var all) = self else { return false }
        self = .none
        all.append(tracked)
        self = .some(owner: owner, all)
        return true
    }

    /// Notes that a key is not tracked any more.
    mutating func remove(_ tracked: Tracked) {
        removeAll { $0.isSame(as: tracked) }
    }

    /// Notes that something was refused; the key may be tracked by now.
    mutating func removeRefused(_ tracked: Tracked) {
        removeAll { $0.isIdentical(to: tracked) }
    }

    private mutating func removeAll(where isRemoved: (Tracked) -> Bool) {
        guard case .some(let owner, var all) = self else { return }
        self = .none
        all.removeAll(where: isRemoved)
        self = .some(owner: owner, all)
    }
}

extension ChannelProcess {
    /// Untracks everything, for good: nothing can be tracked afterwards.
    func untrackAll() {
        let before = presences.withLock { presences in
            defer { presences = .ended }
            return presences
        }
        guard case .some(let owner, let all) = before else { return }
        session.endpoint.presence.withdraw(channel: owner, from: topic)
        for tracked in all {
            // What is not tracked any more has been untracked, or was refused.
            try? session.endpoint.presence.untrack(tracked.key, on: tracked.topic, by: owner, nil)
        }
    }
}

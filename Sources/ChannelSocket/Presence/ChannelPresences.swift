import PhoenixWire
import Synchronization

/// What one channel tracks: nothing for most channels, and nothing more once it has ended.
enum ChannelPresences {
    case none
    case some(owner: UInt64, [Tracked])
    case ended

    /// A key in a topic.
    struct Tracked {
        var topic: String
        var key: String

        func isSame(as other: Tracked) -> Bool {
            topic.hasSameBytes(as: other.topic) && key.hasSameBytes(as: other.key)
        }
    }

    private static let lastOwner = Atomic<UInt64>(0)

    /// The number of the channel, which begins to track now if it has not before; nil once it has ended.
    mutating func beginTracking() -> UInt64? {
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

    mutating func remove(_ tracked: Tracked) {
        guard case .some(let owner, var all) = self else { return }
        self = .none
        all.removeAll { $0.isSame(as: tracked) }
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
        for tracked in all {
            // What is not tracked any more has been untracked, or was refused.
            try? session.endpoint.presence.untrack(tracked.key, on: tracked.topic, by: owner, nil)
        }
    }
}

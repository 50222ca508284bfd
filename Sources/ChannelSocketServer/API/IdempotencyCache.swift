internal import Crypto
internal import FoundationEssentials
internal import NIOCore
internal import Synchronization

/// Remembers which requests with an `Idempotency-Key` were carried out, so that one that is sent again is not carried out
/// again.
///
/// Their answers are not kept, since they follow from the requests. Bounded in time and number: beyond the number the
/// oldest request is forgotten.
final class IdempotencyCache: Sendable {
    /// What is to be done with a request.
    enum Decision: Sendable {
        /// Carry it out, then call ``finish(_:)`` or ``abandon(_:)``.
        case proceed
        /// It was carried out: answer as if it had been just now.
        case replay
        /// A request with this key is being carried out.
        case busy
        /// The key was used for another request.
        case mismatch
    }

    private struct Entry {
        var fingerprint: SHA256Digest
        var isDone = false
        var begun: ContinuousClock.Instant
        var number = 0
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// The keys in the order of their use; a key that was forgotten and used again is there twice.
        var order: [(key: String, number: Int)] = []
        var first = 0
        var lastNumber = 0

        mutating func insert(_ entry: Entry, for key: String, capacity: Int) {
            lastNumber += 1
            entries[key] = entry
            entries[key]?.number = lastNumber
            order.append((key, lastNumber))
            while order.count - first > capacity {
                let oldest = order[first]
                if entries[oldest.key]?.number == oldest.number { entries[oldest.key] = nil }
                first += 1
            }
            // Moving the rest to the front now and then keeps the cost of a request constant.
            if first > capacity {
                order.removeFirst(first)
                first = 0
            }
        }
    }

    private let capacity: Int
    private let lifetime: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// Creates an empty cache.
    init(
        capacity: Int = 10_000, lifetime: Duration = .seconds(300),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.capacity = capacity
        self.lifetime = lifetime
        self.now = now
    }

    /// Says what is to be done with a request.
    ///
    /// - Parameters:
    ///   - key: the client's key, together with who the client is.
    ///   - body: what makes the request that request.
    /// - Returns: the decision.
    func begin(_ key: String, body: ByteBuffer) -> Decision {
        let fingerprint = SHA256.hash(data: Data(body.readableBytesView))
        let now = now()
        return state.withLock { state in
            if let entry = state.entries[key], now - entry.begun < lifetime {
                guard entry.fingerprint == fingerprint else { return .mismatch }
                return entry.isDone ? .replay : .busy
            }
            state.insert(Entry(fingerprint: fingerprint, begun: now), for: key, capacity: capacity)
            return .proceed
        }
    }

    /// Notes that the request was carried out.
    func finish(_ key: String) {
        state.withLock { $0.entries[key]?.isDone = true }
    }

    /// Forgets the request, which may be tried again.
    func abandon(_ key: String) {
        state.withLock { $0.entries[key] = nil }
    }
}

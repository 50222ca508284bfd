import ChannelSocket
import Synchronization

/// The counters of all shards of an adapter; written on event loops, read anywhere.
final class RedisCounters: Sendable {
    let published = Atomic<UInt64>(0)
    let received = Atomic<UInt64>(0)
    let delivered = Atomic<UInt64>(0)
    let own = Atomic<UInt64>(0)
    let malformed = Atomic<UInt64>(0)
    let reconnects = Atomic<UInt64>(0)
    let gaps = Atomic<UInt64>(0)
    let probes = Atomic<UInt64>(0)
    let lastProbeNanoseconds = Atomic<Int64>(0)
    private let publishFailures = Mutex<[PubSubError.Code: UInt64]>([:])

    /// Counts a publish that failed.
    func countFailure(_ code: PubSubError.Code) {
        publishFailures.withLock { $0[code, default: 0] += 1 }
    }

    /// The counters' values; each is exact, they are not read at one moment.
    var statistics: RedisAdapter.Statistics {
        RedisAdapter.Statistics(
            published: published.load(ordering: .relaxed),
            received: received.load(ordering: .relaxed),
            delivered: delivered.load(ordering: .relaxed),
            own: own.load(ordering: .relaxed),
            malformed: malformed.load(ordering: .relaxed),
            reconnects: reconnects.load(ordering: .relaxed),
            gaps: gaps.load(ordering: .relaxed),
            probes: probes.load(ordering: .relaxed),
            lastProbeRoundTrip: .nanoseconds(lastProbeNanoseconds.load(ordering: .relaxed)),
            publishFailures: publishFailures.withLock { $0 }
        )
    }
}

extension Atomic<UInt64> {
    /// Adds one.
    func increment() {
        wrappingAdd(1, ordering: .relaxed)
    }
}

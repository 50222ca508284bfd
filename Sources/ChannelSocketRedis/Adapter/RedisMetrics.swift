public import ChannelSocket
public import CoreMetrics

/// Reports what a Redis adapter has done through swift-metrics.
public final class RedisMetrics: MetricsSource {
    private let adapter: RedisAdapter
    private let connected: Meter
    private let pendingCommands: Meter
    private let pendingBytes: Meter
    private let probeRoundTrip: Meter
    private let published: MirroredCounter
    private let received: MirroredCounter
    private let delivered: MirroredCounter
    private let own: MirroredCounter
    private let malformed: MirroredCounter
    private let reconnects: MirroredCounter
    private let gaps: MirroredCounter
    private let probes: MirroredCounter
    private let failures: [(PubSubError.Code, MirroredCounter)]

    /// Creates the metrics of an adapter.
    ///
    /// - Parameters:
    ///   - adapter: the adapter.
    ///   - factory: the backend; by default what was bootstrapped before.
    public init(_ adapter: RedisAdapter, factory: any MetricsFactory = MetricsSystem.factory) {
        self.adapter = adapter
        func meter(_ name: String) -> Meter { Meter(label: "channelsocket_redis_\(name)", factory: factory) }
        func counter(_ name: String, _ labels: [(String, String)] = []) -> MirroredCounter {
            MirroredCounter("channelsocket_redis_\(name)_total", labels, factory: factory)
        }
        connected = meter("connected")
        pendingCommands = meter("pending_commands")
        pendingBytes = meter("pending_bytes")
        probeRoundTrip = meter("probe_round_trip_seconds")
        published = counter("published")
        received = counter("received")
        delivered = counter("delivered")
        own = counter("own")
        malformed = counter("malformed")
        reconnects = counter("reconnects")
        gaps = counter("gaps")
        probes = counter("probes")
        let codes: [PubSubError.Code] = [.disconnected, .unconfirmed, .timeout, .rejected, .overloaded]
        failures = codes.map { ($0, counter("publish_failures", [("reason", $0.description)])) }
    }

    /// Brings the metrics up to date.
    public func report() {
        let statistics = adapter.statistics
        connected.set(adapter.disconnectReason == nil ? 1 : 0)
        let pending = adapter.pending
        pendingCommands.set(pending.commands)
        pendingBytes.set(pending.bytes)
        probeRoundTrip.set(statistics.lastProbeRoundTrip / .seconds(1))
        published.report(statistics.published)
        received.report(statistics.received)
        delivered.report(statistics.delivered)
        own.report(statistics.own)
        malformed.report(statistics.malformed)
        reconnects.report(statistics.reconnects)
        gaps.report(statistics.gaps)
        probes.report(statistics.probes)
        for (code, counter) in failures {
            counter.report(statistics.publishFailures[code] ?? 0)
        }
    }
}

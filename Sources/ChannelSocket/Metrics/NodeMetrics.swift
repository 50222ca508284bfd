public import CoreMetrics

/// Reports what a node counts through swift-metrics, whatever the backend.
///
/// The node itself keeps plain counters, because a metrics call for each message would cost more than the message.
/// ``report()`` carries them over; ``MetricsReporter`` calls it at intervals, a `/metrics` page when it is asked.
///
/// ```swift
/// let reporter = MetricsReporter([NodeMetrics(pubSub)])
/// application.addServices(reporter)
/// ```
///
/// The names begin with `channelsocket_` and are listed in `docs/metrics.md`. Topics are never labels.
public final class NodeMetrics: MetricsSource {
    private let pubSub: PubSub
    private let connections: Meter
    private let channels: Meter
    private let topics: Meter
    private let deepestMailbox: Meter
    private let busConnected: Meter
    private let connectionsOpened: MirroredCounter
    private let messagesReceived: MirroredCounter
    private let messagesSent: MirroredCounter
    private let bytesReceived: MirroredCounter
    private let bytesSent: MirroredCounter
    private let deliveries: MirroredCounter
    private let joinsAccepted: MirroredCounter
    private let joinsRefused: MirroredCounter
    private let drops: [(NodeStatistics.Drop, MirroredCounter)]

    /// Creates the metrics of a node.
    ///
    /// - Parameters:
    ///   - pubSub: the node's pub/sub system, whose endpoints are all counted.
    ///   - factory: the backend; by default what was bootstrapped before.
    public init(_ pubSub: PubSub, factory: any MetricsFactory = MetricsSystem.factory) {
        self.pubSub = pubSub
        func meter(_ name: String) -> Meter { Meter(label: "channelsocket_\(name)", factory: factory) }
        func counter(_ name: String, _ labels: [(String, String)] = []) -> MirroredCounter {
            MirroredCounter("channelsocket_\(name)_total", labels, factory: factory)
        }
        connections = meter("connections")
        channels = meter("channels")
        topics = meter("topics")
        deepestMailbox = meter("mailbox_depth_max")
        busConnected = meter("bus_connected")
        connectionsOpened = counter("connections_opened")
        messagesReceived = counter("messages_received")
        messagesSent = counter("messages_sent")
        bytesReceived = counter("bytes_received")
        bytesSent = counter("bytes_sent")
        deliveries = counter("deliveries")
        joinsAccepted = counter("joins", [("result", "ok")])
        joinsRefused = counter("joins", [("result", "refused")])
        drops = NodeStatistics.Drop.allCases.map { ($0, counter("drops", [("reason", $0.description)])) }
    }

    /// Brings the metrics up to date.
    public func report() {
        let statistics = pubSub.statistics
        connections.set(statistics.connections)
        channels.set(statistics.channels)
        topics.set(pubSub.topicCount)
        busConnected.set(pubSub.disconnectReason == nil ? 1 : 0)
        connectionsOpened.report(statistics.connectionsOpened)
        let traffic = pubSub.traffic
        deepestMailbox.set(traffic.deepestMailbox)
        messagesReceived.report(traffic.messagesReceived)
        messagesSent.report(traffic.messagesSent)
        bytesReceived.report(traffic.bytesReceived)
        bytesSent.report(traffic.bytesSent)
        deliveries.report(traffic.deliveries)
        joinsAccepted.report(traffic.joinsAccepted)
        joinsRefused.report(traffic.joinsRefused)
        for (drop, counter) in drops {
            counter.report(statistics[drop])
        }
    }
}

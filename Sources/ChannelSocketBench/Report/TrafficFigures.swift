/// What was sent and received in the measured time, and what that cost the nodes.
package struct TrafficFigures: Sendable, Codable {
    /// How long was measured.
    package let seconds: Double
    /// Messages sent.
    package let sent: UInt64
    /// Deliveries, or replies.
    package let received: UInt64
    /// Deliveries, or replies, a second.
    package let receivedPerSecond: Double
    /// Deliveries a second whose publisher is on another node.
    package let crossedPerSecond: Double?
    /// What came besides.
    package let unasked: Unasked
    /// From when a message was sent, or was due, until it was received; on the publisher's own node.
    package let latency: LatencySummary?
    /// The same between nodes.
    package let crossLatency: LatencySummary?
    /// How late the generator was with messages that were due.
    package let sendLag: LatencySummary?
    /// The nodes' processor time a delivery or reply, in microseconds.
    package let cpuPerReceived: Double?
    /// The kernel's share of that, from 0 to 1.
    package let kernelShare: Double?
    /// The processor time of the nodes, as a share of one core.
    package let serverLoad: Double?
    /// The processor time of the generator, as a share of one core.
    ///
    /// Near ``generatorCores``, it is the generator that limits.
    package let generatorLoad: Double?
    /// How many cores the event loops of the generator that have clients can use at most.
    package let generatorCores: Int
}

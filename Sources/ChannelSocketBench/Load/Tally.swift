/// What the clients of one loop have counted.
struct Tally: Sendable {
    /// Clients that have joined.
    var joined = 0
    /// Messages that were sent, ever and in the measured time.
    var sent: UInt64 = 0
    var sentInWindow: UInt64 = 0
    /// Deliveries or replies, ever (each number once) and in the measured time.
    var received: UInt64 = 0
    var receivedInWindow: UInt64 = 0
    /// Of these, those that came by way of another node.
    var crossedInWindow: UInt64 = 0
    /// What came besides in the measured time.
    var unasked = Unasked()

    var faults = Faults()

    var joinLatency = LatencyHistogram()
    var latency = LatencyHistogram()
    /// Of messages whose publisher is on another node.
    var crossLatency = LatencyHistogram()
    /// How late the generator itself was with what an open loop had to send.
    var sendLag = LatencyHistogram()

    /// Adds another loop's counts.
    mutating func add(_ other: Tally) {
        joined += other.joined
        sent += other.sent
        sentInWindow += other.sentInWindow
        received += other.received
        receivedInWindow += other.receivedInWindow
        crossedInWindow += other.crossedInWindow
        unasked.add(other.unasked)
        faults.add(other.faults)
        joinLatency.add(other.joinLatency)
        latency.add(other.latency)
        crossLatency.add(other.crossLatency)
        sendLag.add(other.sendLag)
    }
}

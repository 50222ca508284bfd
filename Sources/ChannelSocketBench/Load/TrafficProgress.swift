/// How far the traffic of one loop has come.
struct TrafficProgress: Sendable {
    /// How many deliveries or replies there should be of what was sent from this loop.
    var expected: UInt64 = 0
    /// How many have come to this loop's clients, each counted once.
    var received: UInt64 = 0
}

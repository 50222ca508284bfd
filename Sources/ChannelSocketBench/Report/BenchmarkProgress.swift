/// How far a benchmark has come.
package struct BenchmarkProgress: Sendable {
    /// What is going on.
    package enum Phase: String, Sendable {
        /// Clients connect and join.
        case connecting
        /// Clients do nothing.
        case holding
        /// Messages are sent, and nothing is measured yet.
        case warmingUp = "warming up"
        /// Messages are sent and measured.
        case measuring
        /// Nothing is sent any more; what is under way is waited for.
        case draining
    }

    /// What is going on.
    package let phase: Phase
    /// Time since the start.
    package let elapsed: Duration
    /// Clients that have joined.
    package let joined: Int
    /// Messages sent so far.
    package let sent: UInt64
    /// Deliveries or replies so far.
    package let received: UInt64
    /// What has gone wrong so far.
    package let faults: Faults
}

/// What a benchmark has found.
package struct BenchmarkReport: Sendable, Codable {
    /// What the clients did.
    package internal(set) var scenario: BenchmarkPlan.Scenario
    /// The nodes.
    package internal(set) var urls: [String]
    /// How many clients there were.
    package internal(set) var clients: Int
    /// How many topics they joined together.
    package internal(set) var topics: Int
    /// How many topics each of them joined.
    package internal(set) var joins: Int
    /// How long payloads were.
    package internal(set) var payloadBytes: Int
    /// How many messages of a publisher were under way, in a closed loop.
    package internal(set) var inFlight: Int?
    /// How many messages a second were due, in an open loop.
    package internal(set) var rate: Double?

    /// How fast clients connected and joined.
    package internal(set) var connect: ConnectFigures
    /// What was sent and received; nil when clients did nothing.
    package internal(set) var traffic: TrafficFigures?
    /// What must not have happened.
    package internal(set) var faults: Faults
    /// What whoever reads the figures has to know of them.
    package internal(set) var notes: [BenchmarkNote] = []
}

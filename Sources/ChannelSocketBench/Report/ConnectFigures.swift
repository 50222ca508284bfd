/// How fast clients connected and joined, and what that cost the nodes.
package struct ConnectFigures: Sendable, Codable {
    /// How long it took until all had joined.
    package let seconds: Double
    /// Clients that joined a second.
    package let perSecond: Double
    /// From a client's connect to its join reply.
    package let latency: LatencySummary?
    /// The nodes' processor time a client, in microseconds.
    package let cpuPerClient: Double?
    /// The nodes' memory (PSS) before the first client, in bytes.
    package let memoryBefore: UInt64?
    /// Their memory with all clients idle, in bytes.
    package let memoryAfter: UInt64?
    /// How much it has grown a client, in bytes.
    package let memoryPerClient: Double?
}

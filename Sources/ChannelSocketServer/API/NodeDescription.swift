/// What is known of a node of the cluster.
public struct NodeDescription: Codable, Hashable, Sendable {
    /// The node's identity.
    public var id: String
    /// The version of its server.
    public var version: String
    /// WebSocket connections open on it.
    public var connections: Int
    /// Channels joined on it.
    public var channels: Int
    /// For how many seconds it has been running.
    public var uptimeSeconds: Int

    private enum CodingKeys: String, CodingKey {
        case id, version, connections, channels
        case uptimeSeconds = "uptime_seconds"
    }
}

extension NodeDescription {
    /// Describes the node of a report.
    init(_ report: HealthReport, uptime: Duration) {
        self.init(
            id: report.node,
            version: report.version,
            connections: report.connections,
            channels: report.channels,
            uptimeSeconds: Int(uptime.components.seconds)
        )
    }
}

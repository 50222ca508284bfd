internal import ChannelSocket

/// What the admin page shows of a node, counters as they are now; the page makes rates of them.
struct AdminOverview: Codable, Hashable, Sendable {
    /// What went through the node since its start.
    struct Traffic: Codable, Hashable, Sendable {
        var connectionsOpened: Int
        var messagesReceived: Int
        var messagesSent: Int
        var deliveries: Int
        var bytesReceived: Int
        var bytesSent: Int
        var joinsAccepted: Int
        var joinsRefused: Int
        var deepestMailbox: Int
    }

    /// The link to Redis.
    struct Redis: Codable, Hashable, Sendable {
        var address: String
        var connected: Bool
        var reason: String?
        var published: UInt64
        var received: UInt64
        var failed: UInt64
        var reconnects: UInt64
        var pendingCommands: Int
        var probeSeconds: Double
    }

    var node: String
    var version: String
    var uptimeSeconds: Int
    var connections: Int
    var channels: Int
    var topics: Int
    var traffic: Traffic
    var dropped: [String: Int]
    var redis: Redis?
    var residentBytes: Int?
    var openFiles: Int?
    var maxFiles: UInt64?
    var nodes: [NodeDescription]
}

import Synchronization

/// What has gone through a node since its start.
///
/// The counts of all event loops together; each is exact, they are not read at one moment.
public struct NodeTraffic: Hashable, Sendable {
    /// Messages of clients that could be decoded.
    public var messagesReceived = 0
    /// Bytes that clients have sent over their WebSockets.
    public var bytesReceived = 0
    /// Messages written to clients: replies, pushes, deliveries and pongs.
    public var messagesSent = 0
    /// Bytes of these messages, frame headers included.
    public var bytesSent = 0
    /// Broadcasts written to clients, once for each subscriber.
    public var deliveries = 0
    /// Joins that were answered with ok.
    public var joinsAccepted = 0
    /// Joins that were answered with an error.
    public var joinsRefused = 0
    /// The most that waited in one channel's mailbox in the last 30 to 60 seconds.
    public var deepestMailbox = 0

    mutating func add(_ counters: LoopCounters) {
        messagesReceived += counters.messagesReceived.load(ordering: .relaxed)
        bytesReceived += counters.bytesReceived.load(ordering: .relaxed)
        messagesSent += counters.messagesSent.load(ordering: .relaxed)
        bytesSent += counters.bytesSent.load(ordering: .relaxed)
        deliveries += counters.deliveries.load(ordering: .relaxed)
        joinsAccepted += counters.joinsAccepted.load(ordering: .relaxed)
        joinsRefused += counters.joinsRefused.load(ordering: .relaxed)
        deepestMailbox = max(deepestMailbox, counters.deepestMailbox)
    }
}

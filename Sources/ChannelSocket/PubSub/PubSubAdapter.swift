public import NIOCore
public import PhoenixWire

/// A broadcast on its way between nodes.
public struct RoutedBroadcast: Hashable, Sendable {
    /// The event.
    public var broadcast: Broadcast
    /// The subscriber that does not get it (`broadcastFrom`), if any.
    public var excluding: SubscriberID?

    /// Creates a routed broadcast.
    public init(_ broadcast: Broadcast, excluding: SubscriberID? = nil) {
        self.broadcast = broadcast
        self.excluding = excluding
    }
}

/// What carries broadcasts to the other nodes: the seam between ``PubSub`` and Redis (or anything else).
///
/// The node counts its members itself: ``subscribe(to:)`` is called for each local member of a topic, as each has to
/// know whether the subscription is in force, ``unsubscribe(from:)`` after the last one left.
/// All calls may come from any thread, hold a lock of the caller, and must only enqueue work: never block, never
/// call back synchronously.
///
/// Source of the idea: `Phoenix.PubSub.Adapter`.
public protocol PubSubAdapter: Sendable {
    /// Whether every requested subscription is confirmed to be in force and publishing is possible.
    var isConnected: Bool { get }

    /// Why ``isConnected`` is false, for health reports; nil when connected.
    var disconnectReason: String? { get }

    /// Runs the link until the surrounding task is cancelled, reconnecting as often as it takes.
    ///
    /// - Parameters:
    ///   - node: the identity of this node; the adapter drops broadcasts that carry it.
    ///   - deliver: takes each broadcast of another node or an external publisher, in the order received.
    /// - Throws: only what ends the adapter for good, such as cancellation; never for a lost connection.
    func run(node: NodeID, delivering deliver: @escaping @Sendable (RoutedBroadcast) -> Void) async throws

    /// Makes sure that this node receives what others publish to the topic. Idempotent.
    ///
    /// - Parameter topic: the topic.
    /// - Returns: nil if that is so already; else a future that succeeds once the subscription is confirmed and
    ///   fails with ``PubSubError`` when it cannot be within the adapter's time limit.
    func subscribe(to topic: String) -> EventLoopFuture<Void>?

    /// Stops receiving the topic. Idempotent.
    ///
    /// - Parameter topic: the topic.
    func unsubscribe(from topic: String)

    /// Sends a broadcast to the other nodes, in the order of calls.
    ///
    /// - Parameter broadcast: what to send.
    /// - Returns: nil if there is nobody to send to (one node); else a future that succeeds when the bus has taken
    ///   the broadcast and fails with ``PubSubError`` when it has not.
    func publish(_ broadcast: RoutedBroadcast) -> EventLoopFuture<Void>?
}

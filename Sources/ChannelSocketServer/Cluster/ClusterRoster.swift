internal import ChannelSocket
internal import Logging
internal import NIOCore
internal import PhoenixWire
internal import ServiceLifecycle
internal import Synchronization

/// Knows the nodes of the cluster: each says every few seconds, over pub/sub, that it is there and how busy it is.
///
/// Whoever can publish to the cluster's Redis can make nodes up; the roster is for people to look at.
final class ClusterRoster: Service {
    /// The topic of the announcements; no pattern of the stock server's channels should match it.
    static let topic = "channelsocket:nodes"
    private static let event = "node"
    /// The most nodes that are remembered.
    private static let maxNodes = 1000
    /// For how many intervals a silent node is remembered.
    private static let patience = 3

    /// How this node is.
    let status: NodeStatus
    private let eventLoop: any EventLoop
    private let interval: TimeAmount
    private let logger: Logger
    private let others = Mutex<[String: (node: NodeDescription, seen: NIODeadline)]>([:])

    /// Creates a roster.
    ///
    /// - Parameters:
    ///   - status: how this node is.
    ///   - eventLoop: one of those that serve clients.
    ///   - interval: how often this node announces itself.
    ///   - logger: takes the log.
    init(_ status: NodeStatus, on eventLoop: any EventLoop, every interval: TimeAmount = .seconds(5), logger: Logger) {
        self.status = status
        self.eventLoop = eventLoop
        self.interval = interval
        self.logger = logger
    }

    private var pubSub: PubSub { status.pubSub }

    /// The nodes heard of lately and this one, in the order of their identities.
    var nodes: [NodeDescription] {
        let oldest = NIODeadline.now() - .nanoseconds(interval.nanoseconds * Int64(Self.patience))
        let alive = others.withLock { $0.values.filter { $0.seen > oldest }.map(\.node) }
        return (alive + [status.description]).sorted { $0.id < $1.id }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            // A lone node has nobody to tell, and its one topic fewer is one less to wonder about.
            guard status.redis != nil else { return await untilCancelled() }
            var listening: TopicListening?
            repeat {
                announce()
                // Without Redis there is nobody to hear of; it is tried again.
                if listening == nil {
                    listening = try? await pubSub.listen(to: Self.topic, on: eventLoop) { [weak self] in self?.note($0)
                    }
                }
                // Cancelled, the sleep fails, which ends the loop.
            } while (try? await Task.sleep(for: .nanoseconds(interval.nanoseconds))) != nil
            listening?.stop()
        }
    }

    private func untilCancelled() async {
        for await _ in AsyncStream<Never>.makeStream().stream {}
    }

    private func announce() {
        // Nobody would hear it, and it would count as a publish that failed.
        guard pubSub.disconnectReason == nil else { return }
        do {
            pubSub.broadcast(
                Broadcast(topic: Self.topic, event: Self.event, payload: try Payload.encoding(status.description))
            )
        } catch {
            logger.error("this node can't be announced", metadata: ["error": "\(error)"])
        }
    }

    /// Takes an announcement.
    private func note(_ broadcast: Broadcast) {
        guard broadcast.event == Self.event, let node = try? broadcast.payload.decode(NodeDescription.self),
            NodeID(node.id) != nil, node.id != pubSub.node.description
        else { return }
        let now = NIODeadline.now()
        others.withLock { others in
            others[node.id] = (node, now)
            guard others.count > Self.maxNodes else { return }
            let oldest = others.min { $0.value.seen < $1.value.seen }
            if let oldest { others[oldest.key] = nil }
        }
    }
}

import ChannelSocket
import NIOCore
import NIOPosix

@testable import ChannelSocketRedis

/// A node for tests that keeps presence in Redis, and what it has logged about that.
final class PresenceNode: Sendable {
    let adapter: RedisAdapter
    let pubSub: PubSub
    let store: RedisPresenceStore
    let presence: Presence
    let log: CapturingLogHandler.Lines

    /// Creates a node that stays cut off for half of a time at least before it connects again.
    init(_ url: String, reconnectsAfter delay: TimeAmount = .milliseconds(10)) throws {
        var link = try RedisConfiguration(url: url)
        link.backoff = RedisBackoff(initial: delay, maximum: max(delay, .milliseconds(100)))
        var configuration = RedisPresenceConfiguration()
        configuration.pollInterval = .milliseconds(50)
        var limits = PresenceConfiguration()
        limits.retryDelay = .milliseconds(20)
        let (logger, lines) = CapturingLogHandler.make()
        log = lines
        adapter = RedisAdapter(link)
        pubSub = PubSub(adapter: adapter)
        store = RedisPresenceStore(adapter: adapter, configuration: configuration, logger: logger)
        presence = Presence(pubSub: pubSub, store: store, configuration: limits, logger: logger)
    }

    /// Runs nodes, and a closure with them once they may track; then their members leave.
    static func run(_ nodes: PresenceNode..., body: @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { links in
            for node in nodes { links.addTask { try await node.pubSub.run() } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for node in nodes { group.addTask { try await node.presence.run() } }
                for node in nodes { try await node.ready() }
                try await body()
                group.cancelAll()
            }
            links.cancelAll()
        }
    }

    func ready() async throws {
        try await wait("a lease") { self.presence.health.staleReason == nil }
    }

    /// Has the node mirror a topic.
    func mirror(_ topic: String) async throws {
        _ = try await pubSub.listen(to: topic, on: MultiThreadedEventLoopGroup.singleton.next()) { _ in }
        _ = try await presence.list(topic)
    }

    func ref(of key: String, in topic: String) async throws -> String? {
        try await presence.get(key, in: topic)?.metas.first?.ref
    }

    /// Returns when Redis has all that is tracked.
    func settled() async throws {
        try await wait("the store") { self.presence.health.pending == 0 }
    }
}

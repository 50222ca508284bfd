public import ChannelSocket
public import Logging
import NIOCore
import PhoenixWire
import Synchronization

/// Keeps presence in Redis hashes, exact through crashes of nodes and of Redis.
///
/// ```swift
/// let adapter = try RedisAdapter(url: "redis://127.0.0.1:6379")
/// let pubSub = PubSub(adapter: adapter)
/// let presence = Presence(pubSub: pubSub, store: RedisPresenceStore(adapter: adapter))
/// ```
///
/// One lease per node stands for all its members, so that idle members cost nothing. The members of a node whose
/// lease ends are removed by any other node. All changes are Lua scripts that do nothing the second time; each
/// effective one publishes one diff on the topic's pub/sub channel. Needs Redis 6.2, or Valkey.
public final class RedisPresenceStore: PresenceStore {
    /// The configuration.
    public let configuration: RedisPresenceConfiguration

    let adapter: RedisAdapter
    let scripts: RedisScriptRunner
    let keys: RedisPresenceKeys
    let logger: Logger
    let incarnation: Mutex<RedisIncarnation>
    let suspects = Mutex<[String: Suspect]>([:])
    /// Why Redis carries nothing out, as the last poll has shown.
    let trouble = Mutex(TroubleLog())
    /// The dead whose members this node is removing.
    let reaping = Mutex<Set<String>>([])
    /// Whether this node is removing what nobody keeps.
    let isCleaning = Mutex(false)
    private let owner = Mutex<Owner?>(nil)

    /// Who the store works for.
    private struct Owner: Sendable {
        var node: NodeID
        var report: @Sendable (PresenceStoreEvent) -> Void
    }

    /// An incarnation that has members, but perhaps no lease.
    struct Suspect: Sendable {
        var topics: Set<String>
        var since: ContinuousClock.Instant
    }

    /// Creates the store of a node.
    ///
    /// - Parameters:
    ///   - adapter: the adapter of the node's `PubSub`.
    ///   - configuration: times and limits.
    ///   - logger: where what goes wrong is reported.
    public init(
        adapter: RedisAdapter,
        configuration: RedisPresenceConfiguration = RedisPresenceConfiguration(),
        logger: Logger = Logger(label: "channelsocket.presence.redis")
    ) {
        self.adapter = adapter
        self.configuration = configuration
        self.logger = logger
        scripts = RedisScriptRunner(adapter.commands)
        keys = RedisPresenceKeys(prefix: configuration.keyPrefix)
        incarnation = Mutex(RedisIncarnation(lease: configuration.lease))
    }

    /// Why changes can't be made now; nil when they can.
    public var disconnectReason: String? {
        if let reason = adapter.disconnectReason ?? trouble.withLock({ $0.current }) { return reason }
        switch incarnation.withLock({ $0.refusal(now: .now) }) {
        case nil: return nil
        case .notRegistered: return "the node has no presence lease yet"
        case .leaseOver: return "the node's presence lease could not be renewed in time"
        }
    }

    /// Begins to report.
    public func start(node: NodeID, reporting report: @escaping @Sendable (PresenceStoreEvent) -> Void) {
        owner.withLock { $0 = Owner(node: node, report: report) }
        adapter.presenceInlet.setHandler { topic, diff in report(.diff(topic: topic, diff)) }
    }

    func report(_ event: PresenceStoreEvent) {
        owner.withLock { $0 }?.report(event)
    }

    /// A name for a new incarnation.
    func newName() -> String {
        let node = owner.withLock { $0?.node.description } ?? "node"
        return node + "." + String(UInt32.random(in: .min ... .max), radix: 36)
    }

    // MARK: Changes

    /// Carries out changes.
    public func apply(_ changes: [PresenceChange], to topic: String) async throws(PresenceError) -> PresenceApplied {
        let (name, isIn) = incarnation.withLock { incarnation in
            let name = incarnation.usable(now: .now)
            return (name, name.map { incarnation.isIn(topic, as: $0) } ?? false)
        }
        guard let name else { throw PresenceError(.unavailable, disconnectReason ?? "no lease") }
        if !isIn { try await enter(topic, as: name) }
        let reply = try await scripts.run(
            .apply,
            keys: [
                keys.members(topic), keys.counts(topic), keys.ownedPrefix(topic) + name, keys.owners(topic),
                keys.meta(topic),
            ],
            [
                .text(name), .text(keys.ownedPrefix(topic)), .text(adapter.configuration.channelPrefix + topic),
                .text(messageHead(topic)), .text(String(UInt64.random(in: 1...UInt64.max), radix: 36)),
                RedisArgument(configuration.maxMembersPerTopic),
            ] + changes.flatMap(Self.arguments),
            topic: topic
        )
        let parts = reply.array ?? []
        guard parts.first?.text != "FENCED" else { throw fenced(name) }
        guard parts.count == 8, let epoch = parts[1].text, let number = parts[2].integer else {
            throw Self.unexpectedAnswer
        }
        var applied = PresenceApplied(version: PresenceVersion(epoch: epoch, number: Int(number)))
        applied.appeared = Self.keys(parts[4])
        applied.disappeared = Self.keys(parts[5])
        applied.refused = Self.texts(parts[6])
        applied.replaced = Self.texts(parts[7])
        if parts[3].integer == 0, incarnation.withLock({ $0.left(topic, as: name) }) {
            // Goes out before any later command about the topic.
            scripts.sendWithoutWaiting(["SREM", .text(keys.topics(name)), .text(topic)], topic: topic)
        }
        return applied
    }

    private func enter(_ topic: String, as name: String) async throws(PresenceError) {
        let reply = try await scripts.run(
            .enter, keys: [keys.state(name), keys.topics(name)], [.text(topic)], topic: topic
        )
        guard reply.text == "OK" else { throw fenced(name) }
        incarnation.withLock { $0.entered(topic, as: name) }
    }

    /// The node was declared dead: another incarnation begins with the next poll.
    ///
    /// Reports that only then, so that nothing is done in between.
    private func fenced(_ name: String) -> PresenceError {
        incarnation.withLock { $0.died(name, now: .now) }
        return PresenceError(.unavailable, "the node was declared dead")
    }

    /// What stands before the payload of a diff.
    func messageHead(_ topic: String) -> String {
        "\(PresenceInlet.messagePrefix)[null,null,\(Payload.literal(topic)),\"presence_diff\","
    }

    private static func arguments(_ change: PresenceChange) -> [RedisArgument] {
        switch change {
        case .join(let member): ["J", .text(member.ref), .text(Payload.literal(member.key)), .text(member.meta)]
        case .leave(let ref, _): ["L", .text(ref)]
        case .update(let old, let member):
            ["U", .text(old), .text(member.ref), .text(Payload.literal(member.key)), .text(member.meta)]
        case .retrack(let member, let epoch, let fallback):
            [
                "R", .text(member.ref), .text(Payload.literal(member.key)), .text(member.meta), .text(epoch ?? ""),
                .text(fallback),
            ]
        }
    }

    // MARK: Replies

    /// Keys, which come as JSON.
    static func keys(_ value: RESPValue) -> [String] {
        texts(value).compactMap { Payload.json(ByteBuffer(string: $0)).string }
    }

    static func texts(_ value: RESPValue) -> [String] {
        value.array?.compactMap(\.text) ?? []
    }

    static let unexpectedAnswer = PresenceError(.unavailable, "an unexpected answer of a Redis script")
}

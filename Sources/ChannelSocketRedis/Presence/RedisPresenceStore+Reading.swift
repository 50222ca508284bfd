public import ChannelSocket
import NIOCore
import PhoenixWire
import Synchronization

extension RedisPresenceStore {
    /// Reads a topic: small ones in one step, large ones page by page while they may change.
    public func snapshot(
        of topic: String, unless known: PresenceVersion?
    ) async throws(PresenceError) -> PresenceSnapshot? {
        let reply = try await scripts.run(
            .read,
            keys: [keys.members(topic), keys.owners(topic), keys.meta(topic)],
            [
                .text(known?.epoch ?? "?"), RedisArgument(known?.number ?? 0), RedisArgument(configuration.readPage),
            ],
            topic: topic
        )
        guard let parts = reply.array, parts.count == 4, let epoch = parts[0].text,
            let number = parts[1].integer
        else { throw Self.unexpectedAnswer }
        suspect(Self.texts(parts[2]), topic)
        let version = PresenceVersion(epoch: epoch, number: Int(number))
        guard version != known else { return nil }
        var snapshot = PresenceSnapshot(version: version, members: [], own: [])
        if let fields = parts[3].array {
            add(fields, to: &snapshot)
        } else {
            try await scan(topic, into: &snapshot)
        }
        return snapshot
    }

    private func scan(_ topic: String, into snapshot: inout PresenceSnapshot) async throws(PresenceError) {
        var cursor = "0"
        repeat {
            let reply = try await scripts.send(
                [
                    "HSCAN", .text(keys.members(topic)), .text(cursor), "COUNT", RedisArgument(configuration.readPage),
                ],
                topic: topic
            )
            guard let parts = reply.array, parts.count == 2, let next = parts[0].text, let fields = parts[1].array
            else { throw Self.unexpectedAnswer }
            add(fields, to: &snapshot)
            cursor = next
        } while cursor != "0"
    }

    /// Adds members, which come as refs and values in turn.
    private func add(_ fields: [RESPValue], to snapshot: inout PresenceSnapshot) {
        let own = incarnation.withLock { $0.name }
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            guard let ref = fields[index].text, let value = fields[index + 1].text,
                let (owner, member) = Self.member(ref, value)
            else { continue }
            snapshot.members.append(member)
            if owner == own { snapshot.own.insert(ref) }
        }
    }

    /// Decodes `incarnation TAB joinedAt TAB key TAB meta`; nil if it is anything else.
    static func member(_ ref: String, _ value: String) -> (owner: String, PresenceMember)? {
        let parts = value.split(separator: "\t", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let joinedAt = Int(parts[1]), let key = json(parts[2])?.string,
            let meta = json(parts[3]),
            let member = PresenceMember(stored: ref, key: key, meta: meta, joinedAt: joinedAt)
        else { return nil }
        return (String(parts[0]), member)
    }

    private static func json(_ text: Substring) -> Payload? {
        try? Payload(json: ByteBuffer(substring: text), limits: .highest)
    }

    /// Notes incarnations that have members in a topic, to see whether somebody answers for them.
    private func suspect(_ owners: [String], _ topic: String) {
        let own = incarnation.withLock { $0.name }
        suspects.withLock { suspects in
            for owner in owners where owner != own {
                suspects[owner, default: Suspect(topics: [], since: .now)].topics.insert(topic)
            }
        }
    }
}

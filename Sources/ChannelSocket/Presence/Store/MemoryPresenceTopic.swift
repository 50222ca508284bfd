import PhoenixWire

/// One topic of a ``MemoryPresenceStore``.
struct MemoryPresenceTopic {
    private(set) var version: PresenceVersion
    private var members: [String: (member: PresenceMember, owner: Int)] = [:]
    private var counts: [TopicKey: Int] = [:]
    /// How many members the keys had that the present step has touched.
    private var before: [TopicKey: Int] = [:]

    /// Creates a topic nobody has been in.
    ///
    /// - Parameter isNew: whether the topic has no epoch yet.
    init(isNew: Bool = false) {
        let epoch = String(UInt64.random(in: 1...UInt64.max), radix: 36)
        version = isNew ? .none : PresenceVersion(epoch: epoch, number: 0)
    }

    var isEmpty: Bool { members.isEmpty }

    func snapshot(for owner: Int) -> PresenceSnapshot {
        PresenceSnapshot(
            version: version,
            members: members.values.map(\.member),
            own: Set(members.values.lazy.filter { $0.owner == owner }.map(\.member.ref))
        )
    }

    /// Carries out changes.
    ///
    /// - Returns: what became of them, and what has changed if anything has.
    mutating func apply(
        _ changes: [PresenceChange], owner: Int, limit: Int
    ) -> (PresenceApplied, PresenceStoreDiff?) {
        before = [:]
        var diff = PresenceStoreDiff(version: PresenceVersion(epoch: version.epoch, number: version.number + 1))
        var applied = PresenceApplied(version: version)
        for change in changes {
            switch change {
            case .join(let member):
                guard members[member.ref] == nil else { continue }
                guard members.count < limit else {
                    applied.refused.append(member.ref)
                    continue
                }
                add(member, owner, &diff)
            case .leave(let ref, _):
                remove(ref, &diff)
            case .update(let old, let member):
                guard members[member.ref] == nil else { continue }
                remove(old, &diff)
                add(member, owner, &diff)
            case .retrack(let member, let epoch, let fallback):
                if members[member.ref] != nil {
                    members[member.ref]?.owner = owner
                } else if members[fallback] != nil {
                    members[fallback]?.owner = owner
                    applied.replaced.append(member.ref)
                } else if let epoch, epoch != version.epoch {
                    add(member, owner, &diff)
                } else {
                    applied.replaced.append(member.ref)
                    add(PresenceMember(ref: fallback, key: member.key, meta: member.meta), owner, &diff)
                }
            }
        }
        return finish(applied, diff)
    }

    /// Removes all members of an owner.
    ///
    /// - Returns: the diff and the keys that are gone; nil if there were none.
    mutating func removeMembers(of owner: Int) -> (PresenceStoreDiff, [String])? {
        before = [:]
        var diff = PresenceStoreDiff(version: PresenceVersion(epoch: version.epoch, number: version.number + 1))
        for (ref, entry) in members where entry.owner == owner { remove(ref, &diff) }
        let (applied, effective) = finish(PresenceApplied(version: version), diff)
        return effective.map { ($0, applied.disappeared) }
    }

    private mutating func finish(
        _ result: PresenceApplied, _ diff: PresenceStoreDiff
    ) -> (PresenceApplied, PresenceStoreDiff?) {
        guard !diff.joins.isEmpty || !diff.leaves.isEmpty else { return (result, nil) }
        var applied = result
        version = diff.version
        applied.version = version
        applied.appeared = before.filter { $0.value == 0 && counts[$0.key] != nil }.map(\.key.topic)
        applied.disappeared = before.filter { $0.value > 0 && counts[$0.key] == nil }.map(\.key.topic)
        return (applied, diff)
    }

    private mutating func add(_ member: PresenceMember, _ owner: Int, _ diff: inout PresenceStoreDiff) {
        var member = member
        member.joinedAt = diff.version.number
        members[member.ref] = (member, owner)
        touch(TopicKey(member.key))
        counts[TopicKey(member.key), default: 0] += 1
        diff.joins.append(member)
    }

    private mutating func remove(_ ref: String, _ diff: inout PresenceStoreDiff) {
        guard let (member, _) = members.removeValue(forKey: ref) else { return }
        touch(TopicKey(member.key))
        let rest = (counts[TopicKey(member.key)] ?? 1) - 1
        counts[TopicKey(member.key)] = rest == 0 ? nil : rest
        // A member that came and went in one step was never there.
        if let index = diff.joins.firstIndex(where: { $0.ref == ref }) {
            diff.joins.remove(at: index)
        } else {
            diff.leaves.append(member)
        }
    }

    private mutating func touch(_ key: TopicKey) {
        if before[key] == nil { before[key] = counts[key] ?? 0 }
    }
}

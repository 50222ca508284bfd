import PhoenixWire

/// The members of one topic, by key; keys are told apart by their bytes.
struct PresenceMembers: Sendable {
    private var byKey: [TopicKey: [PresenceMember]] = [:]
    private var keyOfRef: [String: TopicKey] = [:]
    private var text: PresenceStateText?

    init() {}

    init(_ members: some Sequence<PresenceMember>) {
        for member in members {
            let key = TopicKey(member.key)
            guard keyOfRef.updateValue(key, forKey: member.ref) == nil else { continue }
            byKey[key, default: []].append(member)
        }
        // Sorted in the end: to insert each at its place would take quadratic time where all have one key.
        for index in byKey.values.indices where byKey.values[index].count > 1 {
            byKey.values[index].sort { $0.precedes($1) }
        }
    }

    /// The number of members.
    var count: Int { keyOfRef.count }
    /// The number of keys.
    var keyCount: Int { byKey.count }
    var isEmpty: Bool { keyOfRef.isEmpty }
    var keys: [String] { byKey.keys.map(\.topic) }
    /// The keys with their members, the oldest first.
    var groups: some Collection<(key: String, value: [PresenceMember])> {
        byKey.lazy.map { (key: $0.key.topic, value: $0.value) }
    }
    /// All members.
    var all: some Sequence<PresenceMember> { byKey.values.lazy.joined() }

    /// The members of a key, the oldest first; nil if there are none.
    subscript(key: String) -> [PresenceMember]? { byKey[TopicKey(key)] }

    func contains(ref: String) -> Bool { keyOfRef[ref] != nil }

    /// Adds a member.
    ///
    /// - Returns: false if its ref is there already.
    @discardableResult
    mutating func insert(_ member: PresenceMember) -> Bool {
        let key = TopicKey(member.key)
        guard keyOfRef.updateValue(key, forKey: member.ref) == nil else { return false }
        var index = byKey[key]?.count ?? 0
        while index > 0, let other = byKey[key]?[index - 1], member.precedes(other) { index -= 1 }
        byKey[key, default: []].insert(member, at: index)
        text?.joined(member)
        if text?.isOutdated == true { text = nil }
        return true
    }

    /// Removes a member.
    ///
    /// - Returns: the member, nil if it was not there.
    @discardableResult
    mutating func remove(ref: String) -> PresenceMember? {
        guard let key = keyOfRef.removeValue(forKey: ref), let index = byKey[key]?.firstIndex(where: { $0.ref == ref })
        else { return nil }
        let removed = byKey[key]?.remove(at: index)
        if byKey[key]?.isEmpty == true { byKey[key] = nil }
        if let removed { text?.left(removed) }
        if text?.isOutdated == true { text = nil }
        return removed
    }

    /// The state as a client gets it; what is encoded for one is kept for the next if it is large.
    ///
    /// - Parameter chunk: how many members go into one piece.
    /// - Returns: `presence_state`, and what follows it.
    mutating func stateEvents(chunk: Int) -> [PresenceJSON.Event] {
        guard count > chunk else {
            text = nil
            return PresenceJSON.state(self, fields: [:], chunk: chunk)
        }
        var current = text ?? PresenceStateText(self, chunk: chunk)
        text = nil
        defer { text = current }
        return current.events()
    }
}

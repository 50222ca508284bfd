/// The members of one topic, by key.
struct PresenceMembers: Sendable {
    private var byKey: [String: [PresenceMember]] = [:]
    private var keyOfRef: [String: String] = [:]

    init() {}

    init(_ members: some Sequence<PresenceMember>) {
        for member in members {
            insert(member)
        }
    }

    /// The number of members.
    var count: Int { keyOfRef.count }
    /// The number of keys.
    var keyCount: Int { byKey.count }
    var isEmpty: Bool { keyOfRef.isEmpty }
    var keys: [String] { Array(byKey.keys) }
    /// The keys with their members, the oldest first.
    var groups: some Collection<(key: String, value: [PresenceMember])> { byKey }
    /// All members.
    var all: some Sequence<PresenceMember> { byKey.values.lazy.joined() }

    /// The members of a key, the oldest first; nil if there are none.
    subscript(key: String) -> [PresenceMember]? { byKey[key] }

    func contains(ref: String) -> Bool { keyOfRef[ref] != nil }

    /// Adds a member.
    ///
    /// - Returns: false if its ref is there already.
    @discardableResult
    mutating func insert(_ member: PresenceMember) -> Bool {
        guard keyOfRef.updateValue(member.key, forKey: member.ref) == nil else { return false }
        var index = byKey[member.key]?.count ?? 0
        while index > 0, let other = byKey[member.key]?[index - 1], member.precedes(other) { index -= 1 }
        byKey[member.key, default: []].insert(member, at: index)
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
        return removed
    }
}

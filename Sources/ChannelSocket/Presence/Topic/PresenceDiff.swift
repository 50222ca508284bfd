/// What changes for the clients of a topic.
struct PresenceDiff: Sendable, Equatable {
    var joins: [PresenceMember] = []
    var leaves: [PresenceMember] = []

    var isEmpty: Bool { joins.isEmpty && leaves.isEmpty }

    /// The changed keys.
    var keys: Set<String> { Set(joins.lazy.map(\.key)).union(leaves.lazy.map(\.key)) }

    /// Adds a later diff; who came and went in between is not mentioned.
    ///
    /// - Parameters:
    ///   - later: the later diff.
    ///   - wasShown: whether somebody may have seen who was there in between, so that the leaves of those who came before
    ///     and the joins of those who went before matter.
    mutating func merge(_ later: PresenceDiff, wasShown: Bool = false) {
        defer { add(later.joins, wasShown: wasShown) }
        guard !later.leaves.isEmpty else { return }
        let gone = Set(later.leaves.lazy.map(\.ref))
        var neverSeen: Set<String> = []
        joins.removeAll { member in
            guard gone.contains(member.ref) else { return false }
            if !wasShown { neverSeen.insert(member.ref) }
            return true
        }
        leaves += later.leaves.filter { !neverSeen.contains($0.ref) }
    }

    /// Adds those who join; one that a store brought back under its old ref has never left.
    private mutating func add(_ later: [PresenceMember], wasShown: Bool) {
        var known: Set<String> = []
        if !leaves.isEmpty, !later.isEmpty {
            known = Set(leaves.lazy.map(\.ref)).intersection(later.lazy.map(\.ref))
            leaves.removeAll { known.contains($0.ref) }
        }
        joins += wasShown ? later : later.filter { !known.contains($0.ref) }
    }
}

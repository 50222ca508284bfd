/// What changes for the clients of a topic.
struct PresenceDiff: Sendable, Equatable {
    var joins: [PresenceMember] = []
    var leaves: [PresenceMember] = []

    var isEmpty: Bool { joins.isEmpty && leaves.isEmpty }

    /// The changed keys.
    var keys: Set<String> { Set(joins.lazy.map(\.key)).union(leaves.lazy.map(\.key)) }

    /// Adds a later diff; who came and went in between is not mentioned.
    mutating func merge(_ later: PresenceDiff) {
        let gone = Set(later.leaves.lazy.map(\.ref))
        let neverSeen = Set(joins.lazy.map(\.ref)).intersection(gone)
        joins.removeAll { neverSeen.contains($0.ref) }
        joins += later.joins
        leaves += later.leaves.filter { !neverSeen.contains($0.ref) }
    }
}

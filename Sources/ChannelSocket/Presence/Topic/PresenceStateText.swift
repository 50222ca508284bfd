/// The state of a large topic as it was last encoded, and what has changed since: a newcomer gets both.
///
/// When thousands join one topic each of them gets a state, and to encode it anew for each would cost more than all the
/// rest. The changes go after the state as one more of its pieces. When encoding them costs as much as the state does
/// for each change in between, the state is encoded again: with n members a newcomer costs about √n members' encoding.
struct PresenceStateText: Sendable {
    private let pieces: [PresenceJSON.Event]
    private var later = PresenceDiff()
    /// ``later`` as it was last encoded.
    private var tail: PresenceJSON.Event?
    private let maxChanges: Int

    /// Encodes a state.
    init(_ members: PresenceMembers, chunk: Int) {
        pieces = PresenceJSON.state(members, fields: [:], chunk: chunk)
        maxChanges = max(1, Int((2 * Double(members.count)).squareRoot()))
    }

    /// Whether so much has changed that it had better be encoded anew.
    var isOutdated: Bool { later.joins.count + later.leaves.count > maxChanges }

    mutating func joined(_ member: PresenceMember) {
        tail = nil
        // One that a store brought back is under its old ref.
        if let index = later.leaves.firstIndex(where: { $0.ref == member.ref }) {
            later.leaves.remove(at: index)
        } else {
            later.joins.append(member)
        }
    }

    mutating func left(_ member: PresenceMember) {
        tail = nil
        if let index = later.joins.firstIndex(where: { $0.ref == member.ref }) {
            later.joins.remove(at: index)
        } else {
            later.leaves.append(member)
        }
    }

    /// What a newcomer gets.
    mutating func events() -> [PresenceJSON.Event] {
        guard !later.isEmpty else { return pieces }
        let tail = tail ?? PresenceJSON.diff(later, fields: [:])
        self.tail = tail
        return pieces + [tail]
    }
}

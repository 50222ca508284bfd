/// Decides how the clients of one topic hear of its members: state and diffs, gathered diffs, or summaries.
///
/// Pure.
struct PresenceOutput {
    /// Something to be sent.
    enum Item: Sendable {
        /// Diff for all clients of this node.
        case diff(PresenceDiff)
        /// State for some clients, or for all of this node.
        case state(PresenceMembers, [PresenceTarget]?)
        /// Numbers for some clients, or for all of this node.
        case summary(users: Int, connections: Int, isFull: Bool, [PresenceTarget]?)
    }

    private(set) var isSummary = false
    /// Whether a window is open, at whose end ``windowEnded(_:)`` is due.
    private(set) var isGathering = false
    private var gathered = PresenceDiff()
    /// Whether a client has got a state with what is gathered in it, and more may have been gathered since.
    private var wasShown = false
    private let configuration: PresenceConfiguration

    init(_ configuration: PresenceConfiguration) {
        self.configuration = configuration
    }

    /// Takes a change in.
    ///
    /// - Parameters:
    ///   - diff: what has changed.
    ///   - members: who is there now.
    /// - Returns: what to send now.
    mutating func changed(_ diff: PresenceDiff, _ members: PresenceMembers) -> [Item] {
        if !isGathering, !isSummary, members.count <= configuration.gathersDiffsAbove { return [.diff(diff)] }
        gathered.merge(diff, wasShown: wasShown)
        isGathering = true
        return []
    }

    /// Sends what was gathered.
    mutating func windowEnded(_ members: PresenceMembers) -> [Item] {
        isGathering = false
        wasShown = false
        let diff = gathered
        gathered = PresenceDiff()
        let (tens, ones) = configuration.summaryAbove.quotientAndRemainder(dividingBy: 10)
        let limit = isSummary ? tens * 9 + ones * 9 / 10 : configuration.summaryAbove
        let wasSummary = isSummary
        isSummary = members.count > limit
        if isSummary { return [summary(members, nil)] }
        if wasSummary { return [summary(members, nil), .state(members, nil)] }
        return diff.isEmpty ? [] : [.diff(diff)]
    }

    /// The output of the same topic for clients that know nothing.
    func reset() -> PresenceOutput { PresenceOutput(configuration) }

    /// What clients get that ask for the state, or all of this node.
    mutating func state(_ members: PresenceMembers, for targets: [PresenceTarget]?) -> Item {
        // The topic may have been this large when it was first read. While a window is open others know the members one
        // by one, and are told at its end.
        if !isGathering, members.count > configuration.summaryAbove { isSummary = true }
        guard !isSummary else { return summary(members, targets) }
        wasShown = wasShown || isGathering
        return .state(members, targets)
    }

    private func summary(_ members: PresenceMembers, _ targets: [PresenceTarget]?) -> Item {
        .summary(users: members.keyCount, connections: members.count, isFull: !isSummary, targets)
    }
}

/// A client that gets a state, in the order of what it gets otherwise.
struct PresenceTarget: Sendable {
    /// The number of its channel.
    let channel: UInt64
    /// Sends it events.
    let push: @Sendable ([PresenceJSON.Event]) -> Void
}

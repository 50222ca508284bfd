/// A node's copy of the members of one topic, kept up to date by diffs and repaired when one is missed.
///
/// Pure: it says what to do and does nothing. Until the topic has been read clients have seen no state and count on
/// diffs, so they get each as it comes, also those that come after a reading which had their members already: Phoenix
/// sends a joiner both the state with itself and the diff of its join. From then on what they have been shown is
/// ``members``.
struct PresenceMirror: Sendable {
    /// What to do.
    enum Action: Equatable {
        case none
        /// Tell the clients.
        case show(PresenceDiff)
        /// Read the topic until it works; then ``read(_:)`` follows.
        case read
        /// Read the topic after the nodes had time to bring their members back.
        case readAfterGrace
    }

    private enum State {
        /// Not read yet, and nobody has been shown anything.
        case new
        case current
        /// Being read, or about to be.
        case reading
    }

    private(set) var members = PresenceMembers()
    /// What the members are.
    private(set) var version = PresenceVersion.none
    /// How often the topic has been read, and how often reading has begun.
    private(set) var reads = (finished: 0, begun: 0)
    private var state = State.new
    /// Diffs that came while reading, and how often reading had begun by then.
    private var waiting: [(diff: PresenceStoreDiff, begun: Int)] = []
    /// Whether the nodes had time to bring their members back before the present reading.
    private var graceGiven = false
    /// Whether the topic has to be read once more because of what happened while it was read.
    private var needsAnother = false
    /// Whether all has to be read, whatever the version, see ``distrust()``.
    private(set) var isDistrusted = false
    /// What was found by readings that had to be repeated.
    private var pending = PresenceDiff()
    /// The version of the first state that was shown; nil before.
    private var firstShown: PresenceVersion?
    private let maxWaiting: Int

    /// Creates a mirror that has to be read first.
    ///
    /// - Parameter maxWaiting: how many diffs are kept while the topic is read; beyond it is read once more.
    init(maxWaiting: Int = 10_000) {
        self.maxWaiting = maxWaiting
    }

    /// Whether the members are known.
    var isCurrent: Bool { if case .current = state { true } else { false } }

    /// Whether clients may have been shown the members.
    var wasRead: Bool { reads.finished > 0 }

    /// The version that need not be read again, nil if anything has to be read.
    var known: PresenceVersion? { wasRead && !isDistrusted ? version : nil }

    /// The state as a client gets it, see ``PresenceMembers/stateEvents(chunk:)``.
    mutating func stateEvents(chunk: Int) -> [PresenceJSON.Event] { members.stateEvents(chunk: chunk) }

    /// Has the topic read, or once more if it is being read.
    ///
    /// - Parameter afterGrace: whether the store has lost everything and nodes are to bring their members back first.
    /// - Returns: what to do.
    mutating func invalidate(afterGrace: Bool = false) -> Action {
        if case .reading = state {
            needsAnother = true
            return .none
        }
        return beginReading(afterGrace && !members.isEmpty ? .readAfterGrace : .read)
    }

    /// Has all of the topic read, even if its version turns out to be the known one.
    ///
    /// A failover may have lost changes, and others that this node has not heard of may have brought the version back to
    /// where it was.
    mutating func distrust() -> Action {
        isDistrusted = true
        return invalidate()
    }

    /// Takes a diff in.
    mutating func receive(_ diff: PresenceStoreDiff) -> Action {
        guard isCurrent else {
            if waiting.count < maxWaiting { waiting.append((diff, reads.begun)) } else { needsAnother = true }
            return showUnseen(diff)
        }
        // Diffs that a reading has overtaken come late, and change nothing.
        guard !isOld(diff.version) else { return showUnseen(diff) }
        if follows(diff.version) {
            version = diff.version
            return show(apply(diff))
        }
        waiting = [(diff, reads.begun)]
        // Lost with everything else were the members that their nodes are about to bring back.
        return beginReading(diff.version.epoch != version.epoch && !members.isEmpty ? .readAfterGrace : .read)
    }

    /// Takes what was read; nil if the topic's version is still ``known``.
    mutating func read(_ snapshot: PresenceSnapshot?) -> Action {
        guard case .reading = state else { return .none }
        if let snapshot, wasRead, snapshot.version.epoch != version.epoch, !members.isEmpty, !graceGiven {
            return beginReading(.readAfterGrace)
        }
        // What was asked for before cannot tell.
        if snapshot != nil, !needsAnother { isDistrusted = false }
        reads.finished = reads.begun
        state = .current
        var change = PresenceDiff()
        if let snapshot {
            change = replaceMembers(by: snapshot)
        }
        let diffs = waiting
        waiting = []
        for (index, (diff, begun)) in diffs.enumerated() where !isOld(diff.version) {
            guard follows(diff.version) else {
                // What was there before the reading began is in it, or belongs to a past that the store has lost:
                // nothing that is read will ever lead up to it.
                guard begun == reads.begun else { continue }
                waiting = Array(diffs[index...])
                needsAnother = true
                break
            }
            version = diff.version
            change.merge(apply(diff))
        }
        if needsAnother {
            // What was found so far is shown with the rest: until then the members are not known for sure.
            needsAnother = false
            pending.merge(change)
            return beginReading(.read)
        }
        pending.merge(change)
        let shown = pending
        pending = PresenceDiff()
        guard firstShown != nil else {
            firstShown = version
            return .none
        }
        return show(shown)
    }

    /// Passes on a diff that is no newer than the first state that was shown, and of which there was no word yet.
    private func showUnseen(_ diff: PresenceStoreDiff) -> Action {
        if let firstShown {
            guard diff.version.epoch == firstShown.epoch, diff.version.number <= firstShown.number else { return .none }
        }
        return show(PresenceDiff(joins: diff.joins, leaves: diff.leaves))
    }

    private mutating func beginReading(_ action: Action) -> Action {
        state = .reading
        graceGiven = action == .readAfterGrace
        reads.begun += 1
        return action
    }

    private func isOld(_ other: PresenceVersion) -> Bool {
        other.epoch == version.epoch && other.number <= version.number
    }

    private func follows(_ next: PresenceVersion) -> Bool {
        if next.epoch == version.epoch { return next.number == version.number + 1 }
        return next.number == 1 && members.isEmpty
    }

    private func show(_ diff: PresenceDiff) -> Action {
        diff.isEmpty ? .none : .show(diff)
    }

    /// Applies a diff; what is there already, or gone already, is not mentioned.
    private mutating func apply(_ diff: PresenceStoreDiff) -> PresenceDiff {
        var effective = PresenceDiff()
        for member in diff.leaves {
            if let removed = members.remove(ref: member.ref) { effective.leaves.append(removed) }
        }
        for member in diff.joins where members.insert(member) {
            effective.joins.append(member)
        }
        return effective
    }

    private mutating func replaceMembers(by snapshot: PresenceSnapshot) -> PresenceDiff {
        let new = PresenceMembers(snapshot.members)
        var change = PresenceDiff()
        change.leaves = members.all.filter { !new.contains(ref: $0.ref) }
        change.joins = new.all.filter { !members.contains(ref: $0.ref) }
        members = new
        version = snapshot.version
        return change
    }
}

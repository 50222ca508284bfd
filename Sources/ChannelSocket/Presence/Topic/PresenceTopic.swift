/// All that a node knows about the presence of one topic: what its channels track, the mirror, and who waits.
///
/// Pure: what is to be done about a change is gathered in ``PresenceEffects``.
struct PresenceTopic {
    /// Somebody who wants to see the members.
    struct Waiter: Sendable {
        /// What to do with them.
        enum Purpose: Sendable {
            case push(PresenceTarget)
            case list(@Sendable (Result<PresenceMembers, PresenceError>) -> Void)
        }

        let purpose: Purpose
        /// A change of this node that has to be seen in them.
        let version: PresenceVersion?
        /// The reading that shows it for certain.
        let read: Int
    }

    /// What the topic adds to ``PresenceTotals``.
    struct Size {
        var tracked = 0
        var pending = 0
        var mirrors = 0
    }

    var local = LocalMembers()
    var mirror: PresenceMirror?
    /// Tells a mirror from its predecessors.
    private(set) var mirrorNumber = 0
    var output: PresenceOutput
    /// The channels that wait, for each of which one state is enough, and the callers.
    private var channels: [UInt64: Waiter] = [:]
    private var callers: [Waiter] = []
    private let maxWaiters: Int
    /// The version in which the store had all that this node tracks; only for topics without a mirror.
    private(set) var audited: PresenceVersion?
    /// Whether diffs may have been missed since the store was last compared in full.
    private(set) var isDoubtful = false
    /// The version after the last change of this node.
    private var lastApplied: PresenceVersion?

    // Whether there is a task that does it.
    var isFlushing = false
    var isReading = false
    var isWatching = false
    var isGathering = false
    var isSending = false
    /// What waits to be enriched and sent.
    private var unsent: [PresenceOutput.Item] = []
    private let maxUnsent: Int

    init(_ configuration: PresenceConfiguration) {
        output = PresenceOutput(configuration)
        maxWaiters = configuration.maxWaitersPerTopic
        maxUnsent = configuration.maxPendingFetches
    }

    /// Whether nothing would be lost by forgetting it.
    var isEmpty: Bool {
        local.isEmpty && mirror == nil && waiterCount == 0 && unsent.isEmpty
            && !isFlushing && !isReading && !isWatching && !isGathering && !isSending
    }

    var size: Size {
        Size(tracked: local.count, pending: local.pendingCount, mirrors: mirror == nil ? 0 : 1)
    }

    /// How many wait for the members.
    var waiterCount: Int { channels.count + callers.count }

    // MARK: Local members

    /// Notes that the store has carried out a batch.
    mutating func applied(_ applied: PresenceApplied, _ effects: inout PresenceEffects) {
        if applied.version.epoch != lastApplied?.epoch || applied.version.number > lastApplied?.number ?? 0 {
            lastApplied = applied.version
        }
        effects.answers += local.confirmed(applied)
        effects.answers += local.takeSettled()
    }

    /// Has the members brought back, after the store declared the node dead or lost its data.
    mutating func lost(_ effects: inout PresenceEffects) {
        local.lost()
        if !local.isSettled { effects.flush = true }
        if let action = mirror?.invalidate(afterGrace: true) { perform(action, &effects) }
    }

    // MARK: Mirror

    /// Takes a diff of the store in.
    mutating func receive(_ diff: PresenceStoreDiff, _ effects: inout PresenceEffects) {
        if let action = mirror?.receive(diff) {
            perform(action, &effects)
        } else {
            // Nobody has asked for the state: there is nothing to keep in step with.
            show(PresenceDiff(joins: diff.joins, leaves: diff.leaves), &effects)
        }
        serveWaiters(&effects)
    }

    /// Takes what was read; nil if nothing has changed.
    mutating func read(_ snapshot: PresenceSnapshot?, since activity: Int, _ effects: inout PresenceEffects) {
        if let snapshot, !compareLocal(with: snapshot, since: activity, &effects), mirror?.isDistrusted == true {
            // The version will be known, so that a later reading would not tell what this node has lost.
            isDoubtful = true
        }
        if let action = mirror?.read(snapshot) { perform(action, &effects) }
        serveWaiters(&effects)
    }

    /// Compares what the store has of this node, in a topic that nobody wants to see; nil if nothing has changed.
    mutating func audit(_ snapshot: PresenceSnapshot?, since activity: Int, _ effects: inout PresenceEffects) {
        guard let snapshot else { return }
        let isCompared = compareLocal(with: snapshot, since: activity, &effects)
        audited = isCompared && local.isSettled ? snapshot.version : nil
    }

    /// Compares, unless something is or was under way meanwhile.
    ///
    /// - Returns: whether it was compared.
    private mutating func compareLocal(
        with snapshot: PresenceSnapshot, since activity: Int, _ effects: inout PresenceEffects
    ) -> Bool {
        let isComparable = local.isSettled && local.activity == activity
        local.audit(snapshot.members.filter { snapshot.own.contains($0.ref) }, since: activity)
        if !local.isSettled { effects.flush = true }
        return isComparable
    }

    /// Has the topic read because diffs may have been missed; in full by the next audit.
    mutating func diffsMissed(_ effects: inout PresenceEffects) {
        isDoubtful = true
        invalidate(&effects)
    }

    /// Begins to compare with the store: has the topic read if it is mirrored.
    ///
    /// - Returns: whether what this node has in it is to be compared instead, and the version with which it was.
    mutating func beginAudit(_ effects: inout PresenceEffects) -> (isLocal: Bool, known: PresenceVersion?) {
        if isDoubtful {
            isDoubtful = false
            audited = nil
            if let action = mirror?.distrust() { perform(action, &effects) }
        } else if mirror?.isCurrent == true {
            invalidate(&effects)
        }
        return (mirror == nil && !local.isEmpty, audited)
    }

    /// Serves who waits with what is known, because the store can't be read.
    mutating func readFailed(_ error: PresenceError, _ effects: inout PresenceEffects) {
        guard let mirror else { return }
        answerCallers(mirror.wasRead ? .success(mirror.members) : .failure(error), &effects)
    }

    /// Has the topic read, unless a reading is under way.
    mutating func invalidate(_ effects: inout PresenceEffects) {
        if let action = mirror?.invalidate() { perform(action, &effects) }
    }

    /// Serves somebody now or later, or refuses if too many wait; there is a mirror from now on.
    mutating func serve(_ purpose: Waiter.Purpose, _ effects: inout PresenceEffects) {
        if mirror == nil {
            mirror = PresenceMirror()
            mirrorNumber += 1
            invalidate(&effects)
        }
        let isWaiting = if case .push(let target) = purpose { channels[target.channel] != nil } else { false }
        guard isWaiting || waiterCount < maxWaiters else {
            effects.refused += 1
            if case .list(let completion) = purpose {
                let error = PresenceError(.overloaded, "the topic can't be read, and too many wait for it")
                effects.answers.append { completion(.failure(error)) }
            }
            return
        }
        let waiter = Waiter(purpose: purpose, version: lastApplied, read: (mirror?.reads.begun ?? 0) + 1)
        switch purpose {
        case .push(let target): channels[target.channel] = waiter
        case .list: callers.append(waiter)
        }
        serveWaiters(&effects)
        if waiterCount > 0 { effects.watch = true }
    }

    /// Forgets a channel that may be waiting for the members.
    mutating func withdraw(channel: UInt64) {
        channels[channel] = nil
    }

    private mutating func answerCallers(
        _ result: Result<PresenceMembers, PresenceError>, _ effects: inout PresenceEffects
    ) {
        for case .list(let completion) in callers.map(\.purpose) { effects.answers.append { completion(result) } }
        callers = []
    }

    /// Forgets the mirror: the node no longer receives diffs.
    mutating func dropMirror(_ effects: inout PresenceEffects) {
        mirror = nil
        output = output.reset()
        let error = PresenceError(.unavailable, "the last member of this node has left the topic")
        answerCallers(.failure(error), &effects)
        channels = [:]
    }

    // MARK: What waits to be enriched

    /// Keeps what is to be sent; when too much waits, one thing says all of it.
    mutating func enqueue(_ items: [PresenceOutput.Item]) {
        unsent += items
        guard unsent.count > maxUnsent else { return }
        if let mirror, mirror.wasRead {
            unsent = [output.state(mirror.members, for: nil)]
        } else {
            var all = PresenceDiff()
            for case .diff(let diff) in unsent { all.merge(diff) }
            unsent = [.diff(all)]
        }
    }

    /// Takes what is to be sent next; nil ends the sending.
    mutating func dequeue() -> PresenceOutput.Item? {
        isSending = !unsent.isEmpty
        return unsent.isEmpty ? nil : unsent.removeFirst()
    }

    private mutating func serveWaiters(_ effects: inout PresenceEffects) {
        guard waiterCount > 0, let mirror, mirror.isCurrent else { return }
        let members = mirror.members
        var targets: [PresenceTarget] = []
        for waiter in takeWaiters(servedBy: mirror) {
            switch waiter.purpose {
            case .push(let target): targets.append(target)
            case .list(let completion): effects.answers.append { completion(.success(members)) }
            }
        }
        if !targets.isEmpty { effects.items.append(output.state(members, for: targets)) }
    }

    private mutating func takeWaiters(servedBy mirror: PresenceMirror) -> [Waiter] {
        var served: [Waiter] = []
        callers.removeAll { waiter in
            let isServed = Self.isServed(waiter, by: mirror)
            if isServed { served.append(waiter) }
            return isServed
        }
        let channelsServed = channels.filter { Self.isServed($0.value, by: mirror) }
        for channel in channelsServed.keys { channels[channel] = nil }
        return served + channelsServed.values
    }

    private static func isServed(_ waiter: Waiter, by mirror: PresenceMirror) -> Bool {
        guard let version = waiter.version, mirror.reads.finished < waiter.read else { return true }
        return mirror.version.epoch == version.epoch && mirror.version.number >= version.number
    }

    private mutating func perform(_ action: PresenceMirror.Action, _ effects: inout PresenceEffects) {
        switch action {
        case .none: break
        case .show(let diff): show(diff, &effects)
        case .read: effects.read = .now
        case .readAfterGrace: effects.read = .afterGrace
        }
    }

    private mutating func show(_ diff: PresenceDiff, _ effects: inout PresenceEffects) {
        guard !diff.isEmpty else { return }
        effects.items += output.changed(diff, mirror?.members ?? PresenceMembers())
        if output.isGathering { effects.gather = true }
    }
}

/// What is to be done about a change of a topic.
struct PresenceEffects {
    enum Reading {
        case now
        case afterGrace
    }

    /// What to send, in order.
    var items: [PresenceOutput.Item] = []
    /// How many could not be served.
    var refused = 0
    /// Whom to answer.
    var answers: [@Sendable () -> Void] = []
    /// Whether the store is to be told.
    var flush = false
    /// Whether the store is to be read.
    var read: Reading?
    /// Whether somebody waits, perhaps in vain.
    var watch = false
    /// Whether a window has been opened.
    var gather = false
}

import PhoenixWire

/// What the channels of this node track in one topic, and how far the store knows about it.
///
/// Pure. Every entry has what is wanted and what the store has; ``nextBatch(limit:makeRef:)`` says what is to be
/// changed. A batch that may or may not have been carried out is repeated as it was, since changes can be repeated.
struct LocalMembers {
    /// Answers the caller of a change once the store has it, or at once if the store is away.
    typealias Completion = @Sendable (Result<PresenceTracking, PresenceError>) -> Void

    /// Identifies a channel.
    typealias Owner = UInt64

    private struct Entry {
        let owner: Owner
        let key: String
        /// The ref and meta that are wanted.
        var ref: String
        var meta: String
        var isWanted = true
        /// The ref the store has.
        var storedRef: String?
        /// The epoch in which the stored ref joined, if that is known.
        var epoch: String?
        var needsRetrack = false
        var isDirty = false
        var completions: [Completion] = []
    }

    private struct OwnedKey: Hashable {
        let owner: Owner
        let key: TopicKey

        init(owner: Owner, key: String) {
            self.owner = owner
            self.key = TopicKey(key)
        }
    }

    private var entries: [Int: Entry] = [:]
    private var wanted: [OwnedKey: Int] = [:]
    /// The entries to be dealt with, in order.
    private var dirty: [Int] = []
    /// How many of them are gone again, and need nothing.
    private var goneDirty = 0
    private var inFlight: [(entry: Int?, change: PresenceChange)] = []
    /// Refs the store has in our name and nobody here knows, with their keys.
    private var strays: [(ref: String, key: String)] = []
    /// Completions of entries that never got to the store.
    private var settled: [(Completion, String)] = []
    private var lastEntry = 0
    /// Grows with every change, so that an audit can tell whether anything has happened.
    private(set) var activity = 0

    /// Whether nothing is tracked and nothing has to be told to the store.
    var isEmpty: Bool { entries.isEmpty && inFlight.isEmpty && strays.isEmpty }
    /// Whether the store has all there is.
    var isSettled: Bool { dirty.isEmpty && inFlight.isEmpty && strays.isEmpty }
    /// How many entries there are.
    var count: Int { entries.count }
    /// How many changes the store does not have yet.
    var pendingCount: Int { dirty.count - goneDirty + inFlight.count }

    /// The meta a channel tracks under a key, nil if it does not track it.
    func meta(owner: Owner, key: String) -> (ref: String, meta: String)? {
        wanted[OwnedKey(owner: owner, key: key)].flatMap { entries[$0] }.map { ($0.ref, $0.meta) }
    }

    // MARK: What channels want

    /// Tracks a key.
    ///
    /// - Returns: false if the channel tracks it already.
    mutating func track(
        owner: Owner, key: String, meta: String, ref: String, _ completion: Completion?
    ) -> Bool {
        let owned = OwnedKey(owner: owner, key: key)
        guard wanted[owned] == nil else { return false }
        lastEntry += 1
        wanted[owned] = lastEntry
        entries[lastEntry] = Entry(owner: owner, key: key, ref: ref, meta: meta)
        markDirty(lastEntry, completion)
        return true
    }

    /// Replaces the meta of a tracked key.
    ///
    /// - Returns: false if the channel does not track it.
    mutating func update(
        owner: Owner, key: String, meta: String, ref: String, _ completion: Completion?
    ) -> Bool {
        guard let id = wanted[OwnedKey(owner: owner, key: key)] else { return false }
        entries[id]?.ref = ref
        entries[id]?.meta = meta
        markDirty(id, completion)
        return true
    }

    /// Stops tracking a key.
    ///
    /// - Returns: false if the channel does not track it.
    mutating func untrack(owner: Owner, key: String, _ completion: Completion?) -> Bool {
        guard let id = wanted.removeValue(forKey: OwnedKey(owner: owner, key: key)) else { return false }
        entries[id]?.isWanted = false
        markDirty(id, completion)
        if entries[id]?.storedRef == nil, !inFlight.contains(where: { $0.entry == id }) {
            // At once, so that nobody can fill the queue with what comes and goes while the store is away.
            settle(id)
            goneDirty += 1
            if goneDirty > dirty.count / 2 {
                dirty.removeAll { entries[$0] == nil }
                goneDirty = 0
            }
        }
        return true
    }

    /// Forgets an entry that went before the store ever heard of it.
    private mutating func settle(_ id: Int) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        settled.append(contentsOf: entry.completions.map { ($0, entry.ref) })
    }

    private mutating func markDirty(_ id: Int, _ completion: Completion?) {
        activity += 1
        if let completion { entries[id]?.completions.append(completion) }
        guard entries[id]?.isDirty == false else { return }
        entries[id]?.isDirty = true
        dirty.append(id)
    }

    // MARK: What the store is told

    /// What to tell the store next, empty if it has all there is.
    ///
    /// - Parameters:
    ///   - limit: how many changes at most.
    ///   - makeRef: makes a new ref.
    /// - Returns: the changes, the same as before if it is not known what became of those.
    mutating func nextBatch(limit: Int, makeRef: () -> String) -> [PresenceChange] {
        if inFlight.isEmpty {
            inFlight = strays.prefix(limit).map { (nil, .leave(ref: $0.ref, key: $0.key)) }
            strays.removeFirst(inFlight.count)
            var taken = 0
            for id in dirty {
                guard inFlight.count < limit else { break }
                taken += 1
                if entries[id] == nil { goneDirty -= 1 }
                entries[id]?.isDirty = false
                if let change = change(of: id, makeRef) { inFlight.append((id, change)) }
            }
            dirty.removeFirst(taken)
        }
        return inFlight.map(\.change)
    }

    /// The change that brings the store to what is wanted, nil if there is none.
    private mutating func change(of id: Int, _ makeRef: () -> String) -> PresenceChange? {
        guard let entry = entries[id] else { return nil }
        guard entry.isWanted else {
            if let stored = entry.storedRef { return .leave(ref: stored, key: entry.key) }
            settle(id)
            return nil
        }
        let member = PresenceMember(ref: entry.ref, key: entry.key, meta: entry.meta)
        switch entry.storedRef {
        case nil: return .join(member)
        case entry.ref?:
            guard entry.needsRetrack else { return nil }
            return .retrack(member, epoch: entry.epoch, fallback: makeRef())
        case let old?: return .update(old: old, new: member)
        }
    }

    /// Completions that are due although no batch was needed.
    mutating func takeSettled() -> [@Sendable () -> Void] {
        defer { settled = [] }
        return settled.map { completion, ref in
            { completion(.success(PresenceTracking(ref: ref, isConfirmed: true))) }
        }
    }

    /// Notes that the store has carried out the batch.
    ///
    /// - Returns: the answers to those who wait.
    mutating func confirmed(_ applied: PresenceApplied) -> [@Sendable () -> Void] {
        let refused = Set(applied.refused)
        let replaced = Set(applied.replaced)
        let batch = inFlight
        inFlight = []
        activity += 1
        var answers: [@Sendable () -> Void] = []
        for case (let id?, let change) in batch {
            guard var entry = entries[id] else { continue }
            var outcome: Result<PresenceTracking, PresenceError>?
            switch change {
            case .join(let member) where refused.contains(member.ref):
                outcome = .failure(PresenceError(.topicFull, "the topic has as many members as it may have"))
                if entry.isWanted { wanted[OwnedKey(owner: entry.owner, key: entry.key)] = nil }
                entry.isWanted = false
            case .join(let member), .update(_, let member):
                entry.storedRef = member.ref
                entry.epoch = applied.version.epoch
                entry.needsRetrack = false
            case .retrack(let member, _, let fallback):
                let isReplaced = replaced.contains(member.ref)
                let used = isReplaced ? fallback : member.ref
                if entry.ref == member.ref { entry.ref = used }
                entry.storedRef = used
                entry.epoch = applied.version.epoch
                entry.needsRetrack = false
            case .leave:
                entry.storedRef = nil
            }
            let tracking = PresenceTracking(ref: entry.ref, isConfirmed: true)
            if outcome != nil || !entry.isDirty {
                answers += Self.answers(to: &entry, outcome ?? .success(tracking))
            }
            entries[id] = !entry.isWanted && entry.storedRef == nil && !entry.isDirty ? nil : entry
        }
        return answers
    }

    /// Takes the batch back, of which the store has carried out nothing because it has no room: those who leave and
    /// thereby make some go first now.
    mutating func withdrawBatch() {
        var all: [Int] = []
        for (entry, change) in inFlight {
            if let entry {
                guard entries[entry]?.isDirty == false else { continue }
                entries[entry]?.isDirty = true
                all.append(entry)
            } else if case .leave(let ref, let key) = change {
                strays.append((ref, key))
            }
        }
        inFlight = []
        all += dirty
        let leaving = all.filter(isLeaving)
        dirty = leaving + all.filter { !isLeaving($0) }
    }

    private func isLeaving(_ id: Int) -> Bool {
        guard let entry = entries[id] else { return false }
        return !entry.isWanted && entry.storedRef != nil
    }

    /// Answers all who wait, because the store is away; what they want stays to be done.
    mutating func answerAll() -> [@Sendable () -> Void] {
        var answers: [@Sendable () -> Void] = []
        for id in dirty + inFlight.compactMap(\.entry) {
            guard var entry = entries[id], !entry.completions.isEmpty else { continue }
            answers += Self.answers(to: &entry, .success(PresenceTracking(ref: entry.ref, isConfirmed: false)))
            entries[id] = entry
        }
        return answers
    }

    private static func answers(
        to entry: inout Entry, _ outcome: Result<PresenceTracking, PresenceError>
    ) -> [@Sendable () -> Void] {
        defer { entry.completions = [] }
        return entry.completions.map { completion in { completion(outcome) } }
    }

    // MARK: What goes wrong

    /// Has everything brought back: the store has declared the node dead, or has lost its data.
    mutating func lost() {
        for case (let id?, let change) in inFlight {
            switch change {
            case .join(let member), .update(_, let member), .retrack(let member, _, _):
                // It may have joined in an epoch nobody knows of; its ref may be used up.
                entries[id]?.storedRef = member.ref
                entries[id]?.epoch = nil
            case .leave: break
            }
        }
        inFlight = []
        strays = []
        activity += 1
        dirty = entries.keys.sorted()
        goneDirty = 0
        for id in dirty {
            entries[id]?.needsRetrack = true
            entries[id]?.isDirty = true
        }
    }

    /// Compares with what the store has in the name of this node, and has differences put right.
    ///
    /// Means something only if nothing was under way since the reading began.
    ///
    /// - Parameters:
    ///   - stored: what the store has.
    ///   - began: ``activity`` when the reading began.
    mutating func audit(_ stored: [PresenceMember], since began: Int) {
        guard isSettled, began == activity else { return }
        var unknown = Dictionary(stored.map { ($0.ref, $0.key) }) { first, _ in first }
        for (id, entry) in entries {
            guard let ref = entry.storedRef else { continue }
            if unknown.removeValue(forKey: ref) == nil {
                entries[id]?.needsRetrack = true
                markDirty(id, nil)
            }
        }
        strays = unknown.map { ($0.key, $0.value) }
    }
}

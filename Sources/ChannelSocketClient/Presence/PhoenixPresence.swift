public import PhoenixWire

/// Who is present in a topic, kept up to date from a channel's events as phoenix.js' `Presence` does.
///
/// ```swift
/// var presence = PhoenixPresence()
/// for await event in room.events {
///     if let change = presence.apply(event) { print("joined:", change.joins.keys, "left:", change.leaves.keys) }
/// }
/// ```
public struct PhoenixPresence: Hashable, Sendable {
    /// One of the places where somebody is present: a device, a tab.
    public struct Meta: Hashable, Sendable {
        /// What tells it from all others.
        public var ref: String
        /// All that is known of it, a JSON object.
        public var json: Payload
    }

    /// What an event changed.
    public struct Change: Hashable, Sendable {
        /// What is new, by key; an update of a meta is in both.
        public var joins: [String: [Meta]] = [:]
        /// What is gone, by key.
        public var leaves: [String: [Meta]] = [:]
    }

    /// Who is present: the metas of each key, oldest first.
    public private(set) var entries: [String: [Meta]] = [:]
    /// Whether the state has come; nothing is known before.
    public private(set) var isSynchronized = false
    private var early: [Payload] = []

    /// Creates the presence of a channel that was just joined.
    public init() {}

    /// Takes an event.
    ///
    /// - Parameter event: any event of the channel, in order.
    /// - Returns: what it changed; nil if it is not about presence, cannot be understood, or comes before the state.
    public mutating func apply(_ event: PhoenixEvent) -> Change? {
        switch event {
        case .message("presence_state", let payload): applyState(payload)
        case .message("presence_diff", let payload): applyDiff(payload)
        case .lost, .missed: forget()
        case .message, .rejoined: nil
        }
    }

    /// What comes before the next state is no longer about what is known.
    private mutating func forget() -> Change? {
        isSynchronized = false
        early = []
        return nil
    }

    private mutating func applyState(_ payload: Payload) -> Change? {
        guard let state = Self.metas(of: payload) else { return nil }
        var change = Change()
        for (key, metas) in entries {
            let refs = Set((state[key] ?? []).map(\.ref))
            let gone = metas.filter { !refs.contains($0.ref) }
            if !gone.isEmpty { change.leaves[key] = gone }
        }
        for (key, metas) in state {
            let refs = Set((entries[key] ?? []).map(\.ref))
            let new = metas.filter { !refs.contains($0.ref) }
            if !new.isEmpty { change.joins[key] = new }
        }
        entries = state
        isSynchronized = true
        let diffs = early
        early = []
        for diff in diffs {
            guard let later = applyDiff(diff) else { continue }
            change.joins.merge(later.joins) { $0 + $1 }
            change.leaves.merge(later.leaves) { $0 + $1 }
        }
        return change
    }

    private mutating func applyDiff(_ payload: Payload) -> Change? {
        guard isSynchronized else {
            // Only what comes around the state matters, so a flood without one needs no room.
            if early.count == 1000 { early.removeFirst() }
            early.append(payload)
            return nil
        }
        guard let members = try? payload.members() else { return nil }
        var change = Change()
        for (name, value) in members {
            guard let metas = Self.metas(of: value) else { continue }
            if name == "joins" { change.joins = metas }
            if name == "leaves" { change.leaves = metas }
        }
        for (key, metas) in change.joins {
            let refs = Set(metas.map(\.ref))
            entries[key, default: []].removeAll { refs.contains($0.ref) }
            entries[key, default: []] += metas
        }
        for (key, metas) in change.leaves {
            let refs = Set(metas.map(\.ref))
            entries[key]?.removeAll { refs.contains($0.ref) }
            if entries[key]?.isEmpty == true { entries[key] = nil }
        }
        return change
    }

    /// Reads `{key: {"metas": [{"phx_ref": …}]}}`.
    private static func metas(of payload: Payload) -> [String: [Meta]]? {
        guard let keys = try? payload.members() else { return nil }
        var state: [String: [Meta]] = [:]
        for (key, entry) in keys {
            guard let list = try? entry.members().first(where: { $0.name == "metas" })?.value.elements() else {
                continue
            }
            state[key] = list.compactMap { meta in
                let ref = (try? meta.members())?.first { $0.name == "phx_ref" }?.value.string
                return ref.map { Meta(ref: $0, json: meta) }
            }
        }
        return state
    }
}

import ChannelSocketTesting

/// What a client knows about a topic: the last state and the diffs after it, applied as phoenix.js does, but strictly.
///
/// A diff that a node gets after it has read the topic for the first time goes to its clients although the state had it
/// already, as a joiner gets both from Phoenix; so each may come once.
struct PresenceModel: Sendable {
    /// A member as a client or Redis sees it: key and meta, without refs.
    struct Member: Hashable, Sendable {
        var key: String
        var client: String
        var number: Int
    }

    private(set) var members: [String: Member] = [:]
    private(set) var hasState = false
    /// Members that came with the state, and nothing since.
    private var onlyInState: Set<String> = []
    /// All refs that were ever there.
    private var known: Set<String> = []
    /// What should not have come.
    private(set) var violations: [String] = []

    mutating func received(_ event: String, _ payload: JSONValue) {
        switch event {
        case "presence_state":
            members = Dictionary(Self.entries(payload)) { first, _ in first }
            hasState = true
            onlyInState = Set(members.keys)
            known.formUnion(onlyInState)
        case "presence_diff" where hasState:
            for (ref, member) in Self.entries(payload["leaves"] ?? [:]) {
                let isNews = known.insert(ref).inserted
                guard members.removeValue(forKey: ref) != member, !isNews else { continue }
                violations.append("\(ref) of \(member) left without being there")
            }
            for (ref, member) in Self.entries(payload["joins"] ?? [:]) {
                known.insert(ref)
                let isRepeated = onlyInState.remove(ref) != nil
                let former = members.updateValue(member, forKey: ref)
                guard former != nil, !(isRepeated && former == member) else { continue }
                violations.append("\(ref) of \(member) joined twice")
            }
        default: break
        }
    }

    private static func entries(_ payload: JSONValue) -> [(ref: String, Member)] {
        (payload.objectValue ?? [:]).flatMap { key, entry in
            (entry["metas"]?.arrayValue ?? []).map { meta in (meta["phx_ref"]?.stringValue ?? "", member(key, meta)) }
        }
    }

    static func member(_ key: String, _ meta: JSONValue) -> Member {
        Member(key: key, client: meta["c"]?.stringValue ?? "", number: meta["n"]?.intValue ?? -1)
    }
}

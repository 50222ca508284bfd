import ChannelSocketTesting

/// What a client knows about a topic: the last state and the diffs after it, applied as phoenix.js does, but strictly.
struct PresenceModel: Sendable {
    /// A member as a client or Redis sees it: key and meta, without refs.
    struct Member: Hashable, Sendable {
        var key: String
        var client: String
        var number: Int
    }

    private(set) var members: [String: Member] = [:]
    private(set) var hasState = false
    /// What should not have come.
    private(set) var violations: [String] = []

    mutating func received(_ event: String, _ payload: JSONValue) {
        switch event {
        case "presence_state":
            members = [:]
            hasState = true
            for (ref, member) in Self.entries(payload) { members[ref] = member }
        case "presence_diff" where hasState:
            for (ref, member) in Self.entries(payload["leaves"] ?? [:]) where members.removeValue(forKey: ref) != member
            {
                violations.append("\(ref) of \(member) left without being there")
            }
            for (ref, member) in Self.entries(payload["joins"] ?? [:])
            where members.updateValue(member, forKey: ref) != nil {
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

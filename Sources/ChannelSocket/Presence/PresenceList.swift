import NIOCore
public import PhoenixWire

/// Who is present in a topic.
public struct PresenceList: Sendable {
    private let members: PresenceMembers
    private let fields: PresenceFields

    init(_ members: PresenceMembers, fields: PresenceFields) {
        self.members = members
        self.fields = fields
    }

    /// The number of keys.
    public var count: Int { members.keyCount }

    /// The keys, in no particular order.
    public var keys: [String] { members.keys }

    /// The entry of a key, nil if it is not present.
    public subscript(key: String) -> PresenceEntry? {
        guard let metas = members[key] else { return nil }
        return PresenceEntry(
            metas: metas.map { .init(ref: $0.ref, payload: .json(.init(string: $0.meta))) },
            fields: fields[key] ?? [:]
        )
    }

    /// All as JSON, in the shape of `presence_state`.
    public var payload: Payload {
        PresenceJSON.state(members.groups, fields: fields)
    }
}

/// What was fetched for each key, if anything.
typealias PresenceFields = [String: [String: Payload]]

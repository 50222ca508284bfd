import NIOCore
import PhoenixWire

/// Presence as clients get it.
enum PresenceJSON {
    /// An event with its payload.
    struct Event: Sendable {
        var name: String
        var payload: Payload
    }

    /// The payload of `presence_state`: `{key: {"metas": [...]}}`.
    static func state(
        _ groups: some Sequence<(key: String, value: [PresenceMember])>, fields: PresenceFields
    ) -> Payload {
        var json = "{"
        append(groups, fields: fields, to: &json)
        json += "}"
        return .json(ByteBuffer(string: json))
    }

    /// A state in pieces: `presence_state` with the first keys, `presence_diff` with further ones.
    ///
    /// phoenix.js takes such a state as it is. A key is never divided.
    static func state(_ members: PresenceMembers, fields: PresenceFields, chunk: Int) -> [Event] {
        guard members.count > chunk else {
            return [Event(name: "presence_state", payload: state(members.groups, fields: fields))]
        }
        var events: [Event] = []
        var part: [(key: String, value: [PresenceMember])] = []
        var count = 0
        func close() {
            if events.isEmpty {
                events.append(Event(name: "presence_state", payload: state(part, fields: fields)))
            } else {
                events.append(Event(name: "presence_diff", payload: diff(joins: part, leaves: [], fields: fields)))
            }
            part = []
            count = 0
        }
        for group in members.groups {
            part.append(group)
            count += group.value.count
            if count >= chunk { close() }
        }
        if !part.isEmpty { close() }
        return events
    }

    /// A `presence_diff`.
    static func diff(_ diff: PresenceDiff, fields: PresenceFields) -> Event {
        Event(
            name: "presence_diff",
            payload: self.diff(joins: grouped(diff.joins), leaves: grouped(diff.leaves), fields: fields)
        )
    }

    /// A `presence_summary`.
    static func summary(users: Int, connections: Int, isFull: Bool) -> Event {
        let mode = isFull ? "full" : "summary"
        let json = "{\"users\":\(users),\"conns\":\(connections),\"mode\":\"\(mode)\"}"
        return Event(name: "presence_summary", payload: .json(ByteBuffer(string: json)))
    }

    private static func diff(
        joins: [(key: String, value: [PresenceMember])],
        leaves: [(key: String, value: [PresenceMember])],
        fields: PresenceFields
    ) -> Payload {
        var json = "{\"joins\":{"
        append(joins, fields: fields, to: &json)
        json += "},\"leaves\":{"
        append(leaves, fields: fields, to: &json)
        json += "}}"
        return .json(ByteBuffer(string: json))
    }

    /// The members by key, keys and members in the order in which they come.
    private static func grouped(_ members: [PresenceMember]) -> [(key: String, value: [PresenceMember])] {
        guard members.count > 1 else { return members.map { ($0.key, [$0]) } }
        var positions: [TopicKey: Int] = [:]
        var groups: [(key: String, value: [PresenceMember])] = []
        for member in members {
            if let position = positions[TopicKey(member.key)] {
                groups[position].value.append(member)
            } else {
                positions[TopicKey(member.key)] = groups.count
                groups.append((member.key, [member]))
            }
        }
        return groups
    }

    private static func append(
        _ groups: some Sequence<(key: String, value: [PresenceMember])>, fields: PresenceFields, to json: inout String
    ) {
        var isFirst = true
        for (key, members) in groups {
            if !isFirst { json += "," }
            isFirst = false
            json += Payload.literal(key)
            json += ":{\"metas\":["
            for (index, member) in members.enumerated() {
                json += index == 0 ? "{\"phx_ref\":\"" : ",{\"phx_ref\":\""
                json += member.ref
                // The meta is an object without white space at its ends: `{}` or `{` members `}`.
                json += member.meta == "{}" ? "\"}" : "\"," + member.meta.dropFirst()
            }
            json += "]"
            for (name, value) in fields[key] ?? [:] where name != "metas" {
                json += ",\(Payload.literal(name)):\(value.text)"
            }
            json += "}"
        }
    }
}

import ChannelSocket
import PhoenixWire

extension PresenceStoreDiff {
    /// Decodes a diff as the scripts publish it: `{"e": epoch, "v": version, "joins": [[ref, key, meta]...], "leaves": ...}`.
    ///
    /// - Throws: ``WireError`` if it is anything else.
    init(published payload: Payload) throws(WireError) {
        var epoch: String?
        var number: Int?
        var joins: [PresenceMember] = []
        var leaves: [PresenceMember] = []
        let members = try payload.members()
        for (name, value) in members {
            switch name {
            case "e": epoch = value.string
            case "v": number = Int(value.text)
            default: break
            }
        }
        guard let epoch, let number else { throw Self.malformed() }
        for (name, value) in members {
            switch name {
            case "joins": joins = try Self.members(value, joinedAt: number)
            case "leaves": leaves = try Self.members(value, joinedAt: 0)
            default: break
            }
        }
        self.init(version: PresenceVersion(epoch: epoch, number: number), joins: joins, leaves: leaves)
    }

    private static func members(_ payload: Payload, joinedAt: Int) throws(WireError) -> [PresenceMember] {
        var members: [PresenceMember] = []
        for element in try payload.elements() {
            let parts = try element.elements()
            guard parts.count == 3, let ref = parts[0].string, let key = parts[1].string,
                let member = PresenceMember(stored: ref, key: key, meta: parts[2], joinedAt: joinedAt)
            else { throw malformed() }
            members.append(member)
        }
        return members
    }

    private static func malformed() -> WireError {
        WireError(.malformedMessage, "not a presence diff")
    }
}

internal import ChannelSocket
internal import PhoenixWire

/// An answer of a backend.
protocol WebhookAnswer {
    /// Creates the answer from its JSON object; nil if a member is not what it should be.
    ///
    /// Members that are not known are ignored, so that a backend may be ahead of the node.
    init?(_ json: Payload)
}

/// The members of an answer, and whether they are what they should be.
struct WebhookAnswerMembers {
    private var members: [String: Payload] = [:]

    /// Takes an object apart; nil if it is none.
    init?(_ json: Payload) {
        guard let list = try? json.members() else { return nil }
        for (name, value) in list where value.text != "null" { members[name] = value }
    }

    /// A member that is true or false, or the standard if it is absent; nil if it is anything else.
    func bool(_ name: String, otherwise standard: Bool) -> Bool? {
        switch members[name]?.text {
        case nil: standard
        case "true": true
        case "false": false
        default: nil
        }
    }

    /// A member that is a string, nil in it if it is absent; nil if it is anything else.
    func string(_ name: String) -> String?? {
        guard let member = members[name] else { return .some(nil) }
        return member.string.map(Optional.some)
    }

    /// A member that is an object, nil in it if it is absent; nil if it is anything else.
    func object(_ name: String) -> Payload?? {
        guard let member = members[name] else { return .some(nil) }
        return member.isJSONObject ? .some(member) : nil
    }

    /// The assigns in a member, none if it is absent; nil if it is no object.
    func assigns(_ name: String) -> Assigns? {
        guard let object = object(name) else { return nil }
        guard let values = try? object?.decode([String: ClaimValue].self) else { return object == nil ? [:] : nil }
        // Claims are what a verified token says; a backend that wants to say more has other names for it.
        return values.filter { $0.key != AuthenticatedClaims.assign }.mapValues { $0.text ?? $0 }
    }
}

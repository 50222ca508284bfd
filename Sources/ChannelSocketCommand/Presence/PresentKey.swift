internal import ChannelSocket
internal import PhoenixWire

/// Somebody who is present.
struct PresentKey {
    /// The key, such as a user id.
    var key: String
    /// What is known of each device: JSON objects with `phx_ref`, as in `presence_state`.
    var metas: [Payload]

    /// The entry in an object of the form of `presence_state`.
    var json: String {
        "\(Payload.literal(key)):{\"metas\":[\(metas.map(\.text).joined(separator: ","))]}"
    }
}

extension PresentKey {
    /// Takes what Redis has of a key.
    init(key: String, members: [PresenceMember]) throws {
        let metas = try members.map { member in
            let rest = member.meta.dropFirst()
            return try Payload(
                json: "{\"phx_ref\":\(Payload.literal(member.ref))\(rest.first == "}" ? "" : ",")\(rest)"
            )
        }
        self.init(key: key, metas: metas)
    }
}

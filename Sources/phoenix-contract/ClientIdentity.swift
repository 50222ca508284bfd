import ChannelSocket

/// What a client said about itself when it connected; `whoami` replies with it.
struct ClientIdentity: Encodable {
    /// The name of the assign that holds it.
    static let key = "identity"

    let params: ConnectParams
    let authToken: String?

    private enum Key: String, CodingKey {
        case params
        case authToken = "auth_token"
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(EncodableParam(value: .object(params.values)), forKey: .params)
        try values.encodeIfPresent(authToken, forKey: .authToken)
    }
}

/// Query parameters as JSON.
private struct EncodableParam: Encodable {
    let value: ConnectParams.Value

    func encode(to encoder: any Encoder) throws {
        switch value {
        case .text(let text): try text.encode(to: encoder)
        case .list(let values): try values.map(EncodableParam.init).encode(to: encoder)
        case .object(let members): try members.mapValues(EncodableParam.init).encode(to: encoder)
        }
    }
}

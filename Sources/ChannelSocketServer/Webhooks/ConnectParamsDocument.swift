internal import ChannelSocket

/// The parameters of a connection as JSON, as a backend gets them.
struct ConnectParamsDocument: Encodable {
    private let value: ConnectParams.Value

    /// Creates the document.
    init(_ params: ConnectParams) {
        value = .object(params.values)
    }

    private init(_ value: ConnectParams.Value) {
        self.value = value
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch value {
        case .text(let text): try container.encode(text)
        case .list(let values): try container.encode(values.map(Self.init))
        case .object(let members): try container.encode(members.mapValues(Self.init))
        }
    }
}

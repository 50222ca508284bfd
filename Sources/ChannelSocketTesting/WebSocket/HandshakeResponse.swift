/// What a server answered to a WebSocket handshake.
public struct HandshakeResponse: Sendable {
    /// The HTTP status; 101 if the connection is a WebSocket now.
    public var status: Int
    /// The header fields in order, names in lower case.
    public var headers: [(name: String, value: String)]
    /// The body of a refusal.
    public var body: [UInt8]

    /// The value of the first field of a name.
    ///
    /// - Parameter name: the name in lower case.
    public subscript(name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    /// The body as text.
    public var bodyText: String { String(decoding: body, as: UTF8.self) }
}

/// A handshake that the server did not answer with 101.
public struct HandshakeRefused: Error, Sendable, CustomStringConvertible {
    /// The server's answer.
    public var response: HandshakeResponse

    /// Creates the error.
    public init(response: HandshakeResponse) {
        self.response = response
    }

    /// The status and the body.
    public var description: String { "the handshake was refused: HTTP \(response.status) \(response.bodyText)" }
}

/// The request a ``TestWebSocket`` opens with.
public struct TestHandshake: Sendable {
    /// The path with its query.
    public var path: String
    /// The subprotocols to offer.
    public var protocols: [String]
    /// Header fields that replace the usual ones of the same name, or are added; nil removes the usual one.
    public var headers: [(name: String, value: String?)]
    /// The method.
    public var method: String

    /// Creates a request.
    public init(
        path: String, protocols: [String] = [], headers: [(name: String, value: String?)] = [], method: String = "GET"
    ) {
        self.path = path
        self.protocols = protocols
        self.headers = headers
        self.method = method
    }

    /// The key of RFC 6455 section 1.3, whose answer is known without computing SHA-1.
    static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    /// What a server must answer to ``key``.
    static let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    /// The bytes of the request.
    ///
    /// - Parameter host: the value of the `Host` header field.
    /// - Returns: the head of an HTTP/1.1 request.
    public func encoded(host: String) -> [UInt8] {
        var fields: [(name: String, value: String?)] = [
            ("Host", host), ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", Self.key),
            ("Sec-WebSocket-Protocol", protocols.isEmpty ? nil : protocols.joined(separator: ", ")),
        ]
        for header in headers {
            fields.removeAll { $0.name.lowercased() == header.name.lowercased() }
        }
        fields += headers
        var text = "\(method) \(path) HTTP/1.1\r\n"
        for case (let name, let value?) in fields { text += "\(name): \(value)\r\n" }
        return Array((text + "\r\n").utf8)
    }
}

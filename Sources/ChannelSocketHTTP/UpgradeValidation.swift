import NIOHTTP1

/// Checks whether a request may become a WebSocket, in the words of the reference implementation.
///
/// Source: `WebSockAdapter.UpgradeValidation`, RFC 6455 §4.2.1.
enum UpgradeValidation {
    /// Validates a request head.
    ///
    /// - Parameter head: the head of a GET request.
    /// - Returns: what is wrong with it, as the text of a response with status 400; nil if nothing is.
    static func problem(with head: HTTPRequestHead) -> String? {
        guard head.version == .http1_1 else {
            return "HTTP version HTTP/\(head.version.major).\(head.version.minor) unsupported"
        }
        return absence(of: "host", in: head.headers)
            ?? lack(of: "upgrade", in: "connection", head.headers)
            ?? lack(of: "websocket", in: "upgrade", head.headers)
            ?? absence(of: "sec-websocket-key", in: head.headers)
            ?? difference(from: "13", in: "sec-websocket-version", head.headers)
    }

    private static func absence(of name: String, in headers: HTTPHeaders) -> String? {
        headers.contains(name: name) ? nil : "'\(name)' header is absent"
    }

    private static func lack(of token: String, in name: String, _ headers: HTTPHeaders) -> String? {
        guard !headers[canonicalForm: name].contains(where: { $0.lowercased() == token }) else { return nil }
        return "'\(name)' header must contain '\(token)', got \(inspect(headers[name]))"
    }

    private static func difference(from value: String, in name: String, _ headers: HTTPHeaders) -> String? {
        let values = headers[name].map { $0.lowercased() }
        return values == [value] ? nil : "'\(name)' header must equal '\(value)', got \(inspect(values))"
    }

    /// Writes strings as Elixir's `inspect` does, for what header fields can contain.
    private static func inspect(_ values: [String]) -> String {
        let quoted = values.map { value in
            let escaped = value.reduce(into: "") { text, character in
                switch character {
                case "\"", "\\": text += "\\\(character)"
                case "\t": text += "\\t"
                default: text.append(character)
                }
            }
            return "\"\(escaped)\""
        }
        return "[\(quoted.joined(separator: ", "))]"
    }
}

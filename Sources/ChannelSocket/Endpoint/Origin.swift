/// The scheme, host and port of an `Origin` header field, in lower case.
///
/// Source: RFC 6454 §6.2 and §7.
struct Origin: Hashable, Sendable {
    let scheme: Substring
    /// The host; an IPv6 address has its brackets.
    let host: Substring
    /// The port, the scheme's own if the text has none.
    let port: Int?

    /// Parses the value of the header field; nil for `null` and everything else that names no host.
    init?(_ text: String) {
        let text = text.lowercased()
        guard let separator = text.firstRange(of: "://") else { return nil }
        scheme = text[..<separator.lowerBound]
        guard let authority = Authority(text[separator.upperBound...]) else { return nil }
        host = authority.host
        port = authority.port ?? Self.defaultPort(of: scheme)
    }

    static func defaultPort(of scheme: Substring) -> Int? {
        switch scheme {
        case "http", "ws": 80
        case "https", "wss": 443
        default: nil
        }
    }
}

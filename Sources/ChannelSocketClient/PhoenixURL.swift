#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The address of a socket: `ws://HOST[:PORT][/PATH][?QUERY]` or `wss://…`.
///
/// The path is where the socket is mounted, `/socket` if there is none; `/websocket` at its end may be there or not.
/// `http` and `https` mean `ws` and `wss`.
public struct PhoenixURL: Hashable, Sendable, CustomStringConvertible {
    /// Whether the connection is encrypted.
    public let isSecure: Bool
    /// The host's name or address, an IPv6 address without brackets.
    public let host: String
    /// The port.
    public let port: Int
    /// Where the socket is mounted.
    public let path: String
    /// The query, percent-encoded; empty if there is none.
    public let query: String

    /// Parses an address.
    ///
    /// - Parameter text: the address.
    /// - Throws: ``PhoenixClientError`` of code `invalidURL`.
    public init(_ text: String) throws(PhoenixClientError) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else {
            throw Self.invalid(text, "write it like ws://127.0.0.1:4000/socket")
        }
        switch scheme {
        case "ws", "http": isSecure = false
        case "wss", "https": isSecure = true
        default: throw Self.invalid(text, "it must begin with ws:// or wss://")
        }
        guard parts.user == nil, parts.password == nil else {
            throw Self.invalid("(not shown)", "a user or password has no place in it; send a token")
        }
        guard let host = parts.host, !host.isEmpty else { throw Self.invalid(text, "the host is missing") }
        guard parts.fragment == nil else { throw Self.invalid(text, "# has no place in it") }
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = parts.port ?? (isSecure ? 443 : 80)
        guard (1...65_535).contains(port) else { throw Self.invalid(text, "the port must be from 1 to 65535") }
        var path = parts.percentEncodedPath
        if path.hasSuffix("/websocket") { path.removeLast("/websocket".count) }
        while path.hasSuffix("/") { path.removeLast() }
        self.path = path.isEmpty ? "/socket" : path
        query = parts.percentEncodedQuery ?? ""
    }

    /// The address, without its query, which may carry a token.
    public var description: String { "\(isSecure ? "wss" : "ws")://\(authority)\(path)" }

    /// The host and, unless it is the usual one, the port, for the `Host` header field.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// The target of the handshake's request, with more parameters.
    package func target(params: [String: String] = [:]) -> String {
        let encoded = params.sorted { $0.key < $1.key }.map { "\(Self.encoded($0.key))=\(Self.encoded($0.value))" }
        let given = query.isEmpty ? [] : [query]
        return "\(path)/websocket?" + (["vsn=2.0.0"] + given + encoded).joined(separator: "&")
    }

    /// Percent-encodes everything but what RFC 3986 calls unreserved.
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 0xF)])"
            }
        }
        return encoded
    }

    private static func invalid(_ text: String, _ problem: String) -> PhoenixClientError {
        PhoenixClientError(.invalidURL, "'\(text)' is no address of a socket: \(problem)")
    }
}

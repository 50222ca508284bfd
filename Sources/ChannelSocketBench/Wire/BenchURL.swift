/// Where a node's socket is: `ws://HOST:PORT/PATH`.
package struct BenchURL: Hashable, Sendable, CustomStringConvertible {
    /// The host's name or address.
    package let host: String
    /// The port; 80 if the URL has none.
    package let port: Int
    /// What to request: the socket's path, `/websocket` and the parameters, `vsn=2.0.0` among them.
    package let requestTarget: String

    /// Parses a URL as users know it from phoenix.js; nil if it is no `ws://` URL.
    ///
    /// `/websocket` and `vsn` are added where they are missing.
    ///
    /// - Parameter text: the URL; without a path the socket is at `/socket`.
    package init?(_ text: String) {
        guard let scheme = text.firstRange(of: "://"), text[..<scheme.lowerBound] == "ws" else { return nil }
        let rest = text[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let target = rest[authority.endIndex...]
        let path = target.prefix { $0 != "?" }
        var query = target[path.endIndex...].dropFirst().split(separator: "&").map(String.init)

        if let colon = authority.lastIndex(of: ":") {
            guard let port = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(port) else {
                return nil
            }
            self.port = port
            host = String(authority[..<colon])
        } else {
            port = 80
            host = String(authority)
        }
        // What is not printable, or is white space, would end the request line.
        guard !host.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }

        var mount = path.isEmpty || path == "/" ? "/socket" : String(path)
        if !mount.hasSuffix("/websocket") { mount += mount.hasSuffix("/") ? "websocket" : "/websocket" }
        if !query.contains(where: { $0.hasPrefix("vsn=") }) { query.append("vsn=2.0.0") }
        requestTarget = mount + "?" + query.joined(separator: "&")
    }

    package var description: String { "ws://\(host):\(port)\(requestTarget)" }
}

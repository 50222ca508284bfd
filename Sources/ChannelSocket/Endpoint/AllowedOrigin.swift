/// An origin whose pages may connect, such as `https://example.com` or `//*.example.com`.
///
/// - `https://example.com`: this scheme, this host, and the scheme's own port.
/// - `https://example.com:8443`: this port.
/// - `//example.com`: any scheme and any port; `//example.com:8443` any scheme.
/// - `//*.example.com`: the host itself and every host below it.
///
/// Source: `check_origin` of `Phoenix.Endpoint`.
public struct AllowedOrigin: Hashable, Sendable, CustomStringConvertible {
    /// The origin as it was written.
    public let description: String
    private let scheme: Substring?
    private let host: Substring
    private let allowsSubdomains: Bool
    private let port: Int?

    /// Parses an origin.
    ///
    /// - Parameter text: the origin; nil comes of anything that has no host or more than an origin, such as a path.
    public init?(_ text: String) {
        description = text
        let lowercased = text.lowercased()
        guard let separator = lowercased.firstRange(of: "//") else { return nil }
        let prefix = lowercased[..<separator.lowerBound]
        var rest = lowercased[separator.upperBound...]
        allowsSubdomains = rest.hasPrefix("*.")
        if allowsSubdomains { rest.removeFirst(2) }
        guard prefix.isEmpty || prefix.count > 1 && prefix.last == ":", let authority = Authority(rest),
            !authority.host.contains("*")
        else { return nil }
        scheme = prefix.isEmpty ? nil : prefix.dropLast()
        host = authority.host
        port = authority.port ?? scheme.flatMap(Origin.defaultPort)
    }

    func matches(_ origin: Origin) -> Bool {
        guard scheme == nil || scheme == origin.scheme, port == nil || port == origin.port else { return false }
        return origin.host == host || allowsSubdomains && origin.host.hasSuffix(".\(host)")
    }
}

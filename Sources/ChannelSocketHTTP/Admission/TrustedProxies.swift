import NIOCore

/// The proxies that are believed what they say about where a request comes from.
///
/// Whoever can reach the server can write anything into these header fields, so they count only when the peer itself
/// is such a proxy. Every proxy on the way adds the address it was connected from at the end; read from there, the first
/// one that is no trusted proxy is the client.
public struct TrustedProxies: Hashable, Sendable {
    /// Where a proxy writes the address.
    public enum HeaderField: String, Hashable, Sendable, CaseIterable {
        /// `X-Forwarded-For`: what most proxies write.
        case xForwardedFor = "x-forwarded-for"
        /// `Forwarded`, RFC 7239.
        case forwarded
    }

    /// The networks of the proxies.
    public var networks: [AddressRange]
    /// Whether peers on a unix socket are trusted: who may connect to it is a matter of its permissions.
    public var includesUnixSockets: Bool
    /// The header field that the proxies write.
    ///
    /// Only this one is looked at. A proxy passes the other one on as the client sent it.
    public var headerField: HeaderField

    /// No proxy: the peer is the client.
    public static let none = TrustedProxies(networks: [], includesUnixSockets: false)

    /// Creates a list of proxies.
    ///
    /// - Parameters:
    ///   - networks: the networks of the proxies.
    ///   - includesUnixSockets: whether peers on a unix socket are trusted.
    ///   - headerField: the header field that the proxies write.
    public init(
        networks: [AddressRange], includesUnixSockets: Bool = true, headerField: HeaderField = .xForwardedFor
    ) {
        self.networks = networks
        self.includesUnixSockets = includesUnixSockets
        self.headerField = headerField
    }

    /// Whether a peer is a trusted proxy.
    func includes(_ peer: SocketAddress) -> Bool {
        guard let address = IPAddress(peer) else { return includesUnixSockets }
        return networks.contains(address)
    }

    /// Where a request comes from.
    ///
    /// - Parameters:
    ///   - peer: the address that the connection comes from.
    ///   - values: the values of all fields of ``headerField``, in order.
    /// - Returns: the address of the client, without its port if that is not known; the peer's if the peer is not
    ///   trusted or does not say.
    func client(of peer: SocketAddress, values: [String]) -> SocketAddress {
        guard includes(peer) else { return peer }
        var client = peer
        for value in values.reversed() {
            // Bytes, as a character that a client has put before a comma may make one character of both.
            for hop in value.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).reversed() {
                // What stands before something unreadable can't have been added by a proxy that we trust.
                guard let address = address(of: Substring(hop)) else { return client }
                client = address
                if !includes(address) { return client }
            }
        }
        return client
    }

    private func address(of hop: Substring) -> SocketAddress? {
        switch headerField {
        case .xForwardedFor:
            return Self.parse(hop.trimmingSpaces)
        case .forwarded:
            for pair in hop.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, parts[0].trimmingSpaces.lowercased() == "for" else { continue }
                var node = parts[1].trimmingSpaces
                if node.count >= 2, node.first == "\"", node.last == "\"" { node = node.dropFirst().dropLast() }
                return Self.parse(node)
            }
            return nil
        }
    }

    /// Parses an address with or without port; an IPv6 address with a port is in brackets.
    private static func parse(_ text: Substring) -> SocketAddress? {
        if let address = try? SocketAddress(ipAddress: String(text), port: 0) { return address }
        guard text.utf8.count <= 64, let last = text.lastIndex(where: { $0 == ":" || $0 == "]" }) else { return nil }
        var port = 0
        var host = text
        if text[last] == ":" {
            guard let number = UInt16(text[text.index(after: last)...]) else { return nil }
            port = Int(number)
            host = text[..<last]
        }
        if host.first == "[" {
            guard host.last == "]" else { return nil }
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        return try? SocketAddress(ipAddress: String(host), port: port)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let start = drop(while: isSpace)
        return start.lastIndex { !isSpace($0) }.map { start[...$0] } ?? start.prefix(0)
    }
}

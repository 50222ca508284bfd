import NIOCore
import Testing

@testable import ChannelSocketHTTP

@Suite("Trusted proxies")
struct TrustedProxiesTests {
    private let networks = ["10.0.0.0/8", "2001:db8::/32"].compactMap(AddressRange.init)

    private func client(
        _ values: String..., peer: String = "10.0.0.1", field: TrustedProxies.HeaderField = .xForwardedFor
    ) throws -> String? {
        let proxies = TrustedProxies(networks: networks, headerField: field)
        return try proxies.client(of: SocketAddress(ipAddress: peer, port: 1), values: values).ipAddress
    }

    @Test("find the right-most hop that is no trusted proxy")
    func rightmost() throws {
        #expect(try client("203.0.113.1") == "203.0.113.1")
        #expect(try client("198.51.100.9, 203.0.113.1") == "203.0.113.1")
        #expect(try client("198.51.100.9,203.0.113.1 ,\t10.9.9.9") == "203.0.113.1")
        #expect(try client("198.51.100.9", "203.0.113.1", "10.9.9.9") == "203.0.113.1")
        #expect(try client("10.2.2.2, 10.3.3.3") == "10.2.2.2", "all are proxies: the first one is nearest")
        #expect(try client("[2001:db9::1]:443") == "2001:db9::1")
        #expect(try client("203.0.113.1:5678") == "203.0.113.1")
    }

    @Test("are the only ones that are believed")
    func untrusted() throws {
        #expect(try client("198.51.100.9", peer: "203.0.113.1") == "203.0.113.1")
        let none = try TrustedProxies.none.client(
            of: SocketAddress(unixDomainSocketPath: "/s"), values: ["198.51.100.9"]
        )
        #expect(none.ipAddress == nil)
    }

    @Test(
        "do not lead past what cannot be read",
        arguments: ["unknown", "", "x.y", "1.2.3.4:99999", "[::1", "::1]", ":"])
    func unreadable(hop: String) throws {
        #expect(try client("198.51.100.9, \(hop)") == "10.0.0.1")
        #expect(try client("198.51.100.9, \(hop), 10.7.7.7") == "10.7.7.7")
    }

    @Test("are not deceived by characters that join with a comma")
    func joiningCharacters() throws {
        for character in ["\u{604}", "\u{301}", "\u{200D}"] {
            #expect(try client("198.51.100.9\(character),203.0.113.1") == "203.0.113.1")
            #expect(try client("198.51.100.9,\(character)203.0.113.1") == "10.0.0.1")
        }
    }

    @Test("may speak RFC 7239 instead")
    func forwarded() throws {
        #expect(try client("for=192.0.2.60;proto=http;by=203.0.113.43", field: .forwarded) == "192.0.2.60")
        #expect(try client(#"For="[2001:db9::17]:4711""#, field: .forwarded) == "2001:db9::17")
        #expect(try client("for=198.51.100.9, proto=https; for=203.0.113.1", field: .forwarded) == "203.0.113.1")
        #expect(try client("for=198.51.100.9, for=_hidden", field: .forwarded) == "10.0.0.1")
        #expect(try client("by=203.0.113.43", field: .forwarded) == "10.0.0.1")
        #expect(try client("203.0.113.1", field: .forwarded) == "10.0.0.1")
    }

    @Test("may be behind a unix socket")
    func unixSocket() throws {
        let peer = try SocketAddress(unixDomainSocketPath: "/s")
        let proxies = TrustedProxies(networks: [])
        #expect(proxies.client(of: peer, values: ["203.0.113.1"]).ipAddress == "203.0.113.1")
        #expect(proxies.client(of: peer, values: []) == peer)
    }
}

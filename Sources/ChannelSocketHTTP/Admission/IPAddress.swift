import NIOCore

/// An IP address as a number; an IPv4 address is the IPv6 address that maps it.
struct IPAddress: Hashable, Sendable {
    static let bits = 128
    private static let mapped: UInt128 = 0xFFFF << 32

    let value: UInt128

    var isIPv4: Bool { value >> 32 == Self.mapped >> 32 }

    /// Parses an address without port or brackets.
    init?(_ text: some StringProtocol) {
        guard let address = try? SocketAddress(ipAddress: String(text), port: 0) else { return nil }
        self.init(address)
    }

    /// Takes the address of a peer; nil for a unix socket.
    init?(_ address: SocketAddress) {
        switch address {
        case .v4(let address):
            // sin_addr, and below sin6_addr: the members themselves belong to a module that NIO keeps to itself.
            let number = withUnsafeBytes(of: address.address) { Self.bigEndian($0[4..<8]) }
            value = Self.mapped | number
        case .v6(let address):
            value = withUnsafeBytes(of: address.address) { Self.bigEndian($0[8..<24]) }
        case .unixDomainSocket:
            return nil
        }
    }

    /// What is counted as one client: the address, or the /64 network that an IPv6 client can choose addresses from.
    var client: IPAddress {
        isIPv4 ? self : IPAddress(value: (value >> 64) << 64)
    }

    private init(value: UInt128) {
        self.value = value
    }

    private static func bigEndian(_ bytes: Slice<UnsafeRawBufferPointer>) -> UInt128 {
        bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }
}

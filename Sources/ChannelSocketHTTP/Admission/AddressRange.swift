/// A network in CIDR notation, such as `10.0.0.0/8`, `2001:db8::/32` or a single address.
public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    /// The range as it was written.
    public let description: String
    private let network: UInt128
    private let hostBits: Int

    /// Parses a range.
    ///
    /// - Parameter text: an address, with or without the length of its prefix; bits behind the prefix do not matter.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        let width = parts[0].contains(":") ? IPAddress.bits : 32
        var length = width
        if parts.count == 2 {
            guard let number = UInt8(parts[1]), number <= width else { return nil }
            length = Int(number)
        }
        description = text
        hostBits = width - length
        network = address.value >> UInt128(hostBits)
    }

    func contains(_ address: IPAddress) -> Bool {
        address.value >> UInt128(hostBits) == network
    }
}

extension [AddressRange] {
    /// Loopback and the networks that are not routed on the Internet: where proxies and tests come from.
    ///
    /// Source: RFC 1122, 1918, 3927, 4193, 4291 and 6598.
    public static let notPublic = [
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "::1",
        "fc00::/7", "fe80::/10",
    ].compactMap(AddressRange.init)

    func contains(_ address: IPAddress) -> Bool {
        contains { $0.contains(address) }
    }
}

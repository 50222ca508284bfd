public import ChannelSocketHTTP

/// The proxies between clients and the node.
public struct ProxiesConfiguration: Hashable, Sendable {
    /// The networks of the proxies that are believed who their client is; none.
    public var trusted: [AddressRange] = []
    /// The header field in which they say it.
    public var header = TrustedProxies.HeaderField.xForwardedFor

    /// Creates the section with its defaults.
    public init() {}
}

extension SettingCodec where Value == [AddressRange] {
    /// Networks.
    static var networks: Self {
        SettingCodec(
            listOf: "addresses or networks such as 10.0.0.0/8 or ::1",
            show: { "[\($0.map(\.description).joined(separator: ", "))]" },
            parse: { texts throws(SettingProblem) in
                var ranges: [AddressRange] = []
                for text in texts {
                    guard let range = AddressRange(text) else {
                        throw SettingProblem(text, not: "an address or network such as 10.0.0.0/8 or ::1")
                    }
                    ranges.append(range)
                }
                return ranges
            }
        )
    }
}

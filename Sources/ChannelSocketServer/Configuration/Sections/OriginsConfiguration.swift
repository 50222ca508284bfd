public import ChannelSocket

/// Which web pages may connect.
public struct OriginsConfiguration: Hashable, Sendable {
    /// Whether the `Origin` of a request is looked at; only browsers send one.
    public var isChecked = true
    /// The origins whose pages may connect beside those of the same host.
    public var allowed: [AllowedOrigin] = []

    /// Creates the section with its defaults.
    public init() {}
}

extension SettingCodec where Value == [AllowedOrigin] {
    /// Origins of web pages.
    static var origins: Self {
        SettingCodec(
            listOf: "origins such as https://example.com or //*.example.com",
            show: { "[\($0.map(\.description).joined(separator: ", "))]" },
            parse: { texts throws(SettingProblem) in
                var origins: [AllowedOrigin] = []
                for text in texts {
                    guard let origin = AllowedOrigin(text) else {
                        throw SettingProblem(text, not: "an origin such as https://example.com or //*.example.com")
                    }
                    origins.append(origin)
                }
                return origins
            }
        )
    }
}

internal import ChannelSocket
internal import ChannelSocketHTTP
internal import NIOCore

extension ServerSettings {
    static let connections: [Setting<ServerConfiguration>] = [
        Setting(
            "limits.max_connections", .integer(in: 1...10_000_000), \.limits.connections.maxWebSockets,
            "WebSockets of the node; one more is answered with 503."
        ),
        Setting(
            "limits.max_http_connections", .integer(in: 1...10_000_000), \.limits.connections.maxOthers,
            "Connections beside the WebSockets; one more displaces one without a request, or is answered with 503."
        ),
        Setting(
            "limits.max_connections_per_address", .optional(.integer(in: 1...10_000_000), nil: "none"),
            \.limits.connections.maxPerAddress,
            "Connections of one public client address; one more is answered with 429."
        ),
        Setting(
            "limits.accepts_per_second", .optional(.integer(in: 1...1_000_000), nil: "none"),
            \.limits.connections.acceptsPerSecond, "Connections accepted a second; more have to wait, none is refused."
        ),
        Setting(
            "limits.handshake_timeout", .timeAmount(in: .milliseconds(100)...(.seconds(300))),
            \.limits.handshakeTimeout, "How long a new connection may take to send its first request."
        ),
        Setting(
            "limits.connect_timeout", .optional(.timeAmount(in: .milliseconds(100)...(.seconds(300))), nil: "none"),
            \.limits.connectTimeout, "How long it may take to decide whether a client may connect; then 503."
        ),
        Setting(
            "origins.check", .bool, \.origins.isChecked, isReloadable: true,
            "Whether web pages of other hosts are refused with 403."
        ),
        Setting(
            "origins.allowed", .origins, \.origins.allowed, isReloadable: true,
            "Origins whose pages may connect all the same."
        ),
        Setting(
            "proxies.trusted", .networks, \.proxies.trusted,
            "Proxies that are believed who their client is."
        ),
        Setting(
            "proxies.header", .choice(["x-forwarded-for": .xForwardedFor, "forwarded": .forwarded]), \.proxies.header,
            "The header field in which they say it."
        ),
    ]
}

internal import ChannelSocket

extension ServerSettings {
    static let listen: [Setting<ServerConfiguration>] = [
        Setting(
            "listen.host", environment: "CHANNELSOCKET_HOST", flag: "--host", .text, \.listen.host,
            "Address to listen on; `0.0.0.0` for all."
        ),
        Setting(
            "listen.port", environment: "PORT", flag: "--port", .integer(in: 0...65_535), \.listen.port,
            "Port to listen on; 0 lets the system choose."
        ),
        Setting(
            "listen.path", environment: "CHANNELSOCKET_PATH", flag: "--path", .urlPath, \.listen.path,
            "Where the socket is mounted; clients connect to `/websocket` below it."
        ),
        Setting(
            "listen.backlog", environment: "CHANNELSOCKET_BACKLOG", flag: "--backlog", .integer(in: 1...65_535),
            \.listen.backlog, "Connections that may wait to be accepted; the system may allow less."
        ),
        Setting(
            "listen.no_delay", environment: "CHANNELSOCKET_NO_DELAY", .bool, \.listen.noDelay,
            "Whether messages are sent at once (`TCP_NODELAY`); if not, small ones may wait for their predecessors."
        ),
        Setting(
            "listen.event_loops", environment: "CHANNELSOCKET_THREADS", flag: "--threads",
            .optional(.integer(in: 1...64), nil: "auto"), \.listen.eventLoops,
            "Threads that serve clients; `auto` for one a core."
        ),
        Setting(
            "node.name", flag: "--node-name",
            .optional(
                .text("1 to 40 characters of A-Z a-z 0-9 _") { $0.utf8.count <= 40 && NodeID($0) != nil },
                nil: "random"
            ),
            \.nodeName, "What the node's identity begins with; a part that is new at every start follows."
        ),
    ]
}

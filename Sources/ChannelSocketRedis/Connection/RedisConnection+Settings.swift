import ChannelSocket
import NIOCore

extension RedisConnection {
    /// What a connection needs to know of the configuration.
    struct Settings {
        var role: RedisLink.Role
        var channelPrefix: String
        var handshake: [HandshakeStep]
        var handshakeTimeout: TimeAmount
        var commandTimeout: TimeAmount
        var pingInterval: TimeAmount
        var maxReplyBytes: Int
        /// What no log or error may contain.
        var password: String?

        /// Derives the settings of a connection.
        init(configuration: RedisConfiguration, role: RedisLink.Role, node: NodeID, probeChannel: String) {
            self.role = role
            channelPrefix = configuration.channelPrefix
            handshakeTimeout = configuration.connectTimeout
            commandTimeout = configuration.commandTimeout
            pingInterval = configuration.pingInterval
            maxReplyBytes = configuration.maxReplyBytes
            password = configuration.credentials?.password

            handshake = []
            if let credentials = configuration.credentials {
                var arguments: [RedisArgument] = ["AUTH"]
                if let username = credentials.username { arguments.append(.text(username)) }
                arguments.append(.text(credentials.password))
                handshake.append(HandshakeStep(name: "AUTH", arguments: arguments))
            }
            if configuration.database != 0 {
                handshake.append(
                    HandshakeStep(name: "SELECT", arguments: ["SELECT", RedisArgument(configuration.database)]))
            }
            let name = "channelsocket:\(node):\(role == .subscriber ? "sub" : "pub")"
            handshake.append(
                HandshakeStep(
                    name: "CLIENT SETNAME", arguments: ["CLIENT", "SETNAME", .text(name)], tolerates: .anything))
            handshake.append(
                role == .subscriber
                    ? HandshakeStep(name: "SUBSCRIBE", arguments: ["SUBSCRIBE", .text(probeChannel)], isLast: true)
                    : HandshakeStep(name: "PING", arguments: ["PING"], tolerates: .trouble, isLast: true))
        }
    }
}

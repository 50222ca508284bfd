internal import ChannelSocketRedis
internal import NIOCore

extension ServerSettings {
    static let redis: [Setting<ServerConfiguration>] = [
        Setting(
            "redis.url", environment: "REDIS_URL", flag: "--redis", .redisURL, \.redis.server,
            "Redis that joins the nodes; none for a node that is alone and keeps everything in memory."
        ),
        Setting(
            "redis.channel_prefix", environment: "CHANNELSOCKET_CHANNEL_PREFIX", flag: "--channel-prefix", .text,
            \.redis.link.channelPrefix,
            "What precedes a topic in the name of its Redis channel; the same on every node and publisher."
        ),
        Setting(
            "redis.shards", .integer(in: 1...64), \.redis.link.shards,
            "Links to Redis: each has two connections and a share of the topics; the same on every node."
        ),
        Setting(
            "redis.connect_timeout", .timeAmount(in: .milliseconds(100)...(.seconds(60))),
            \.redis.link.connectTimeout, "How long connecting, and then the handshake, may each take."
        ),
        Setting(
            "redis.command_timeout", .timeAmount(in: .milliseconds(100)...(.seconds(60))),
            \.redis.link.commandTimeout, "How long Redis may take to answer before the connection counts as dead."
        ),
        Setting(
            "redis.subscribe_timeout", .timeAmount(in: .milliseconds(100)...(.seconds(60))),
            \.redis.link.subscribeTimeout, "How long a join may wait for its subscription to be confirmed."
        ),
        Setting(
            "redis.ping_interval", .timeAmount(in: .milliseconds(100)...(.seconds(60))),
            \.redis.link.pingInterval, "How long a connection may be silent before it is pinged."
        ),
        Setting(
            "redis.max_topics", .integer(in: 1...100_000_000), \.redis.link.maxTopics,
            "Topics that a node may be subscribed to, per link; joins of further ones fail as unavailable."
        ),
        Setting(
            "redis.max_pending_commands", .integer(in: 1...10_000_000), \.redis.link.maxPendingCommands,
            "Commands that may wait for Redis' answer, per link; publishes beyond fail as overloaded."
        ),
        Setting(
            "redis.max_pending_bytes", .bytes(in: 1 << 16...1 << 32), \.redis.link.maxPendingBytes,
            "Bytes of these commands."
        ),
        Setting(
            "redis.max_reply_bytes", .bytes(in: 1 << 16...1 << 30), \.redis.link.maxReplyBytes,
            "The largest message that is accepted from Redis."
        ),
    ]
}

internal import ArgumentParser
internal import ChannelSocketRedis
internal import ChannelSocketServer

/// Which Redis joins the nodes, for commands that reach a cluster through it.
struct RedisOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Redis that joins the nodes: redis://[user:password@]host[:port] or unix:///path. [REDIS_URL]",
            valueName: "url"
        )
    )
    var redis: String?

    @Option(
        help: ArgumentHelp(
            "What precedes a topic in its Redis channel. [CHANNELSOCKET_CHANNEL_PREFIX] (default: channels:)",
            valueName: "prefix"
        )
    )
    var channelPrefix: String?

    /// How to reach Redis; nil if nobody said.
    ///
    /// - Throws: `ValidationError` for a URL that makes no sense.
    func configuration() throws -> RedisConfiguration? {
        try LoadedConfiguration(flags: ["redis.url": redis, "redis.channel_prefix": channelPrefix])
            .configuration.redis.configuration
    }
}

public import NIOCore

/// How to reach Redis, and the limits of the link.
public struct RedisConfiguration: Hashable, Sendable {
    /// Where Redis listens.
    public var address: RedisAddress
    /// Who to be, if Redis asks.
    public var credentials: RedisCredentials?
    /// The database to SELECT; pub/sub ignores it, presence does not.
    public var database = 0
    /// What stands before a topic in the name of its pub/sub channel; the same on every node and publisher.
    public var channelPrefix = "channels:"
    /// The number of links: each has a subscriber and a publisher connection, and a share of the topics.
    public var shards = 1

    /// How long connecting, and then the handshake, may each take.
    public var connectTimeout: TimeAmount = .seconds(5)
    /// How long Redis may take to answer a command; after that the connection counts as dead.
    public var commandTimeout: TimeAmount = .seconds(5)
    /// How long a join may wait for its subscription to be confirmed.
    public var subscribeTimeout: TimeAmount = .seconds(5)
    /// How long a connection may be silent before it is pinged.
    public var pingInterval: TimeAmount = .seconds(5)
    /// How often the link proves that what it publishes comes back.
    public var probeInterval: TimeAmount = .seconds(5)
    /// How long a probe may take, once Redis has published it, before the subscriber counts as deaf and is
    /// reconnected.
    public var probeTimeout: TimeAmount = .seconds(5)
    /// The pauses between attempts to connect.
    public var backoff = RedisBackoff()
    /// How often to connect anew while Redis is a replica, in the hope of its master at the address.
    public var readOnlyRetryInterval: TimeAmount = .seconds(10)
    /// How long to wait, when the link is shut down, for answers to what was published.
    public var shutdownTimeout: TimeAmount = .milliseconds(500)

    /// How many commands may wait for Redis' answer per shard before publishes fail as overloaded.
    public var maxPendingCommands = 100_000
    /// How many bytes of commands may wait for Redis' answer per shard before publishes fail as overloaded.
    public var maxPendingBytes = 64 << 20
    /// The largest reply or message that is accepted, in bytes.
    public var maxReplyBytes = RedisReader.defaultMaxReplyBytes
    /// How many topics a shard may be subscribed to.
    public var maxTopics = 1_000_000
    /// How many topics go into one SUBSCRIBE or UNSUBSCRIBE command.
    public var subscribeBatch = 500

    /// Creates a configuration from its parts.
    ///
    /// - Parameters:
    ///   - address: where Redis listens.
    ///   - credentials: who to be, if Redis asks.
    ///   - database: the database to SELECT.
    public init(address: RedisAddress, credentials: RedisCredentials? = nil, database: Int = 0) {
        self.address = address
        self.credentials = credentials
        self.database = database
    }

    /// Creates a configuration from a URL.
    ///
    /// Understands `redis://[[user]:password@]host[:port][/database]` and
    /// `unix://[[user]:password@]/path/to/redis.sock[?db=database]`, percent-encoded where necessary.
    ///
    /// - Parameter url: the URL.
    /// - Throws: ``RedisURLError`` when the URL can't be used; its message never contains the password.
    public init(url: String) throws(RedisURLError) {
        let parsed = try RedisURL(url)
        self.init(address: parsed.address, credentials: parsed.credentials, database: parsed.database)
    }
}

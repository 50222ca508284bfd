public import ChannelSocket
public import ChannelSocketRedis

/// Who is in which topic.
public struct PresenceSection: Sendable {
    /// The limits and times of all stores.
    public var presence = PresenceConfiguration()
    /// Those of the one in Redis.
    var store = RedisPresenceConfiguration()

    /// Creates the section with its defaults.
    public init() {}

    /// The limits and times of the store in Redis.
    public var redis: RedisPresenceConfiguration {
        var configuration = store
        configuration.maxMembersPerTopic = presence.maxMembersPerTopic
        return configuration
    }
}

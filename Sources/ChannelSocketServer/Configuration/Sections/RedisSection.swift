public import ChannelSocketRedis
internal import NIOCore

/// The Redis that joins this node with others.
public struct RedisSection: Hashable, Sendable {
    /// Where it is and who to be, from `redis.url`; nil keeps everything in memory.
    public var server: RedisConfiguration?
    /// What it takes to use it; of this, address, credentials and database are not looked at.
    var link = RedisConfiguration(address: .tcp(host: "", port: 0))

    /// Creates the section with its defaults: no Redis.
    public init() {}

    /// What precedes a topic in the name of its pub/sub channel.
    public var channelPrefix: String {
        get { link.channelPrefix }
        set { link.channelPrefix = newValue }
    }

    /// The whole of it; nil without a Redis.
    public var configuration: RedisConfiguration? {
        guard let server else { return nil }
        var configuration = link
        configuration.address = server.address
        configuration.credentials = server.credentials
        configuration.database = server.database
        return configuration
    }
}

extension SettingCodec where Value == RedisConfiguration? {
    /// The URL of a Redis, which may have a password in it.
    static var redisURL: Self {
        SettingCodec(
            "a URL: redis://[user:password@]host[:port][/database] or unix:///path",
            show: { redis in
                guard let redis else { return "none" }
                let user = redis.credentials.map { "\($0)@" } ?? ""
                switch redis.address {
                case .tcp:
                    return "redis://\(user)\(redis.address)\(redis.database == 0 ? "" : "/\(redis.database)")"
                case .unixSocket:
                    return "unix://\(user)\(redis.address)\(redis.database == 0 ? "" : "?db=\(redis.database)")"
                }
            },
            identity: { $0.map { "\($0.address) \($0.database) \($0.credentials?.password ?? "")" } ?? "" },
            parse: { text, context throws(SettingProblem) in
                do {
                    let url =
                        text.hasPrefix("env:") || text.hasPrefix("file:")
                        ? try SettingCodec<Secret>.secret().parse(.scalar(text), context).exposed : text
                    return try RedisConfiguration(url: url)
                } catch let error as RedisURLError {
                    throw SettingProblem(error.message)
                } catch let error as SettingProblem {
                    throw error
                } catch {
                    throw SettingProblem("cannot be used")
                }
            }
        )
    }
}

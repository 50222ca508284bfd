extension RedisScript {
    /// Reads a topic: all of it, if it is small.
    ///
    /// KEYS: members, owners, meta. ARGV: known epoch and version, most members to read at once.
    /// Answers epoch, version, incarnations with members, and the members, an empty array if the version is the known
    /// one, or null if there are too many.
    static let read = RedisScript(
        name: "read",
        source: #"""
            local known = redis.call('HMGET', KEYS[3], 'e', 'v')
            local epoch, version = known[1] or '', known[2] or '0'
            local owners = redis.call('HKEYS', KEYS[2])
            if epoch == ARGV[1] and version == ARGV[2] then return {epoch, version, owners, {}} end
            if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[3]) then return {epoch, version, owners, false} end
            return {epoch, version, owners, redis.call('HGETALL', KEYS[1])}
            """#
    )
}

extension RedisScript {
    /// Notes that an incarnation may have members in a topic, before it has any.
    ///
    /// KEYS: state and topics of the incarnation. ARGV: the topic. Answers `FENCED` once the incarnation is dead, so
    /// that who removes its members finds all topics.
    static let enter = RedisScript(
        name: "enter",
        source: #"""
            if redis.call('GET', KEYS[1]) ~= 'live' then return 'FENCED' end
            redis.call('SADD', KEYS[2], ARGV[1])
            return 'OK'
            """#
    )
}

extension RedisScript {
    /// Renews a lease and takes over dead incarnations.
    ///
    /// KEYS: leases, reaping. ARGV: incarnation, milliseconds of a lease, `1` to register a new incarnation, `1` to
    /// take over, milliseconds for removing members. Answers `LOST`, or `OK` (`FULL` if Redis is out of memory) and the
    /// incarnations taken over.
    ///
    /// Out of memory a lease is renewed nevertheless, for without one nobody could leave: what follows upon a first write
    /// that needs no memory is not refused. A new incarnation begins only when there is room for it.
    static let poll = RedisScript(
        name: "poll",
        source: #"""
            local z, r, inc = KEYS[1], KEYS[2], ARGV[1]
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            if ARGV[3] ~= '1' and not redis.call('ZSCORE', z, inc) then return {'LOST'} end
            local taken, lease = {'OK'}, now + tonumber(ARGV[2])
            local renewed = redis.pcall('ZADD', z, lease, inc)
            if type(renewed) == 'table' then
              if ARGV[3] == '1' or not string.find(renewed.err, 'OOM', 1, true) then return renewed end
              redis.call('ZREM', z, '')
              redis.call('ZADD', z, lease, inc)
              taken[1] = 'FULL'
            end
            if ARGV[4] == '1' then
              for _, dead in ipairs(redis.call('ZRANGEBYSCORE', z, '-inf', now, 'LIMIT', 0, 10)) do
                redis.call('ZREM', z, dead)
                redis.call('ZADD', r, now, dead)
              end
              for _, dead in ipairs(redis.call('ZRANGEBYSCORE', r, '-inf', now, 'LIMIT', 0, 10)) do
                redis.call('ZADD', r, now + tonumber(ARGV[5]), dead)
                taken[#taken + 1] = dead
              end
            end
            return taken
            """#
    )
}

extension RedisScript {
    /// Removes some members of a dead incarnation from a topic, and publishes one diff.
    ///
    /// KEYS: members, counts, the dead one's refs, owners, meta. ARGV: the dead incarnation, channel, start of the
    /// message, most members to remove. Answers how many are left, and the keys that disappeared.
    /// Several nodes may call it at once: each ref is popped once. Begins with a write that needs no memory, so that Redis
    /// refuses none when it is out of it.
    static let reap = RedisScript(
        name: "reap",
        source: #"""
            local p, k, o, w, m = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
            local dead = ARGV[1]
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            redis.call('HDEL', m, '')
            if redis.call('HEXISTS', m, 'd:' .. dead) == 0 then
              local fields = redis.call('HGETALL', m)
              for i = 1, #fields, 2 do
                if string.sub(fields[i], 1, 2) == 'd:' and tonumber(fields[i + 1]) < now - 3600000 then
                  redis.call('HDEL', m, fields[i])
                end
              end
              redis.call('HSET', m, 'd:' .. dead, now)
            end
            local leaves, counts, disappeared = {}, {}, {}
            for _, ref in ipairs(redis.call('SPOP', o, tonumber(ARGV[4]))) do
              local value = redis.call('HGET', p, ref)
              if value then
                local owner, _, key, meta = string.match(value, '^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$')
                if owner == dead then
                  redis.call('HDEL', p, ref)
                  if redis.call('HINCRBY', k, key, -1) <= 0 then
                    redis.call('HDEL', k, key)
                    disappeared[#disappeared + 1] = key
                  end
                  leaves[#leaves + 1] = '["' .. ref .. '",' .. key .. ',' .. meta .. ']'
                end
              end
            end
            local left = redis.call('SCARD', o)
            if left > 0 then redis.call('HSET', w, dead, left) else redis.call('HDEL', w, dead) end
            if #leaves > 0 then
              local epoch, version = redis.call('HGET', m, 'e'), redis.call('HINCRBY', m, 'v', 1)
              redis.call('PUBLISH', ARGV[2], ARGV[3] .. '{"e":"' .. epoch .. '","v":' .. version
                .. ',"joins":[],"leaves":[' .. table.concat(leaves, ',') .. ']}]')
            end
            if redis.call('EXISTS', p) == 0 then redis.call('PEXPIRE', m, 3600000) end
            return {left, disappeared}
            """#
    )
}

extension RedisScript {
    /// Carries out changes of an incarnation in a topic, and publishes at most one diff.
    ///
    /// KEYS: members, counts, own refs, owners, meta. ARGV: incarnation, start of the names of the sets of refs, channel,
    /// start of the message, epoch if a new one begins, most members, then the changes:
    /// `J ref key meta`, `L ref`, `U old ref key meta`, `R ref key meta epoch fallback`.
    /// Answers `FENCED`, or: `OK`, epoch, version, own members, appeared keys, disappeared keys, refused refs,
    /// replaced refs. Every change does nothing the second time, so a call may be repeated.
    static let apply = RedisScript(
        name: "apply",
        source: #"""
            local p, k, o, w, m = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
            local inc, owned, channel, head = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
            if redis.call('HEXISTS', m, 'd:' .. inc) == 1 then return {'FENCED'} end
            local known = redis.call('HMGET', m, 'e', 'v')
            local epoch, version = known[1] or ARGV[5], tonumber(known[2] or 0)
            local nextVersion, limit = version + 1, tonumber(ARGV[6])
            local joins, leaves, refused, replaced = {}, {}, {}, {}
            local counts, before, owners = {}, {}, {[inc] = true}

            local function count(key, by)
              if not counts[key] then
                counts[key] = tonumber(redis.call('HGET', k, key) or 0)
                before[key] = counts[key]
              end
              counts[key] = counts[key] + by
            end
            local function put(ref, at, key, meta)
              redis.call('HSET', p, ref, inc .. '\t' .. at .. '\t' .. key .. '\t' .. meta)
              redis.call('SADD', o, ref)
            end
            local function join(ref, key, meta)
              put(ref, nextVersion, key, meta)
              count(key, 1)
              joins[#joins + 1] = '["' .. ref .. '",' .. key .. ',' .. meta .. ']'
            end
            local function split(value)
              return string.match(value, '^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$')
            end
            local function leave(ref)
              local value = redis.call('HGET', p, ref)
              if not value then return end
              local owner, _, key, meta = split(value)
              redis.call('HDEL', p, ref)
              redis.call('SREM', owned .. owner, ref)
              owners[owner] = true
              count(key, -1)
              leaves[#leaves + 1] = '["' .. ref .. '",' .. key .. ',' .. meta .. ']'
            end
            local function adopt(ref)
              local value = redis.call('HGET', p, ref)
              if not value then return false end
              local owner, at, key, meta = split(value)
              if owner ~= inc then
                redis.call('SREM', owned .. owner, ref)
                owners[owner] = true
                put(ref, at, key, meta)
              end
              return true
            end

            local i = 7
            while ARGV[i] do
              local op, ref = ARGV[i], ARGV[i + 1]
              if op == 'J' then
                if redis.call('HEXISTS', p, ref) == 0 then
                  if redis.call('HLEN', p) >= limit then
                    refused[#refused + 1] = ref
                  else
                    join(ref, ARGV[i + 2], ARGV[i + 3])
                  end
                end
                i = i + 4
              elseif op == 'L' then
                leave(ref)
                i = i + 2
              elseif op == 'U' then
                if redis.call('HEXISTS', p, ARGV[i + 2]) == 0 then
                  leave(ref)
                  join(ARGV[i + 2], ARGV[i + 3], ARGV[i + 4])
                end
                i = i + 5
              else
                local at, fallback = ARGV[i + 4], ARGV[i + 5]
                if not adopt(ref) then
                  if adopt(fallback) then
                    replaced[#replaced + 1] = ref
                  elseif at ~= '' and at ~= epoch then
                    join(ref, ARGV[i + 2], ARGV[i + 3])
                  else
                    join(fallback, ARGV[i + 2], ARGV[i + 3])
                    replaced[#replaced + 1] = ref
                  end
                end
                i = i + 6
              end
            end

            local appeared, disappeared = {}, {}
            for key, number in pairs(counts) do
              if number > 0 then redis.call('HSET', k, key, number) else redis.call('HDEL', k, key) end
              if before[key] == 0 and number > 0 then appeared[#appeared + 1] = key end
              if before[key] > 0 and number <= 0 then disappeared[#disappeared + 1] = key end
            end
            for owner in pairs(owners) do
              local number = redis.call('SCARD', owned .. owner)
              if number > 0 then redis.call('HSET', w, owner, number) else redis.call('HDEL', w, owner) end
            end
            if #joins + #leaves > 0 then
              version = nextVersion
              redis.call('HSET', m, 'e', epoch, 'v', version)
              redis.call('PUBLISH', channel, head .. '{"e":"' .. epoch .. '","v":' .. version .. ',"joins":['
                .. table.concat(joins, ',') .. '],"leaves":[' .. table.concat(leaves, ',') .. ']}]')
              if redis.call('EXISTS', p) == 1 then redis.call('PERSIST', m) else redis.call('PEXPIRE', m, 3600000) end
            elseif not known[1] then
              epoch = ''
            end
            return {'OK', epoch, version, redis.call('SCARD', o), appeared, disappeared, refused, replaced}
            """#
    )
}

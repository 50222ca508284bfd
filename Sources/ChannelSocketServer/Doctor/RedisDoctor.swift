internal import ChannelSocket
package import ChannelSocketRedis
internal import NIOCore
internal import PhoenixWire
internal import Synchronization

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Looks whether a Redis is fit to join nodes, by doing what nodes do.
package struct RedisDoctor: Sendable {
    private let redis: RedisConfiguration
    private let keyPrefix: String
    private let patience: Duration

    /// Creates a doctor.
    ///
    /// - Parameters:
    ///   - redis: the Redis.
    ///   - keyPrefix: what stands before the names of the nodes' presence keys.
    ///   - patience: how long reaching Redis may take.
    package init(
        redis: RedisConfiguration,
        keyPrefix: String = RedisPresenceConfiguration().keyPrefix,
        patience: Duration = .seconds(5)
    ) {
        self.redis = redis
        self.keyPrefix = keyPrefix
        self.patience = patience
    }

    /// Looks at everything; leaves nothing behind.
    ///
    /// - Returns: the findings; only that Redis can't be reached, if it can't.
    package func examine() async -> [DoctorFinding] {
        let returned = Mutex(false)
        let token = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        do {
            return try await ClusterLink(redis: redis, patience: patience).use { broadcast in
                if broadcast.broadcast.event == token { returned.withLock { $0 = true } }
            } _: { adapter in
                var findings = [DoctorFinding("Redis", .ok, "reached at \(redis.address)")]
                let info = await self.info(adapter)
                findings += [info.version, info.role, await permissions(adapter, token), await latency(adapter)]
                findings.append(await loopBack(adapter, token) { returned.withLock { $0 } })
                findings.append(await clock(adapter))
                let settings = await settings(adapter)
                return findings + [settings.memory, settings.outputBuffer, info.clients]
            }
        } catch {
            let reason = "\(error)"
            return [DoctorFinding("Redis", .failure, reason, advice: Self.advice(for: reason))]
        }
    }

    /// What helps when Redis can't be reached.
    private static func advice(for reason: String) -> String {
        if reason.contains("WRONGPASS") || reason.contains("invalid password") {
            return "correct the user and password in REDIS_URL (redis://USER:PASSWORD@HOST:PORT)"
        }
        if reason.contains("NOAUTH") { return "Redis wants a password: REDIS_URL=redis://:PASSWORD@HOST:PORT" }
        if reason.contains("protocol") { return "what listens there is no Redis, or one that wants TLS" }
        return "start Redis there (redis-cli PING must answer PONG), or correct --redis (REDIS_URL)"
    }

    private func info(_ adapter: RedisAdapter) async -> RedisInfo {
        RedisInfo((try? await adapter.commands.send(["INFO"]).get().text) ?? "")
    }

    private func settings(_ adapter: RedisAdapter) async -> RedisSettings {
        var values: [String: String] = [:]
        // One by one: Redis before 7 takes one name only.
        for name in RedisSettings.names {
            guard let pair = try? await adapter.commands.send(["CONFIG", "GET", .text(name)]).get().array,
                pair.count == 2
            else { continue }
            values[name] = pair[1].text
        }
        return RedisSettings(values)
    }

    /// Tries every command that presence's scripts use, on a key of its own that goes away by itself.
    private func permissions(_ adapter: RedisAdapter, _ token: String) async -> DoctorFinding {
        let check = "Redis permissions"
        // With the right number of arguments the only other error is that of the wrong type.
        let script = """
            local denied = {}
            for line in string.gmatch(ARGV[1], '[^,]+') do
                local words = {}
                for word in string.gmatch(line, '%S+') do words[#words + 1] = word end
                table.insert(words, 2, KEYS[1])
                local answer = redis.pcall(unpack(words))
                if type(answer) == 'table' and answer.err and not string.find(answer.err, '^WRONGTYPE') then
                    denied[#denied + 1] = words[1]
                end
            end
            return denied
            """
        let commands = """
            HINCRBY a 1,HSET a 1,HGET a,HMGET a,HEXISTS a,HGETALL,HKEYS,HLEN,HDEL b,EXISTS,GET,PERSIST,SADD a,SCARD,\
            SPOP,SREM a,ZADD 1 a,ZRANGEBYSCORE 0 1,ZREM a,ZSCORE a,PEXPIRE 1000
            """
        do {
            let key = RedisArgument.text("\(keyPrefix):{doctor.\(token)}:t")
            let reply = try await adapter.commands.send(["EVAL", .text(script), "1", key, .text(commands)]).get()
            let denied = reply.array?.compactMap(\.text) ?? []
            guard denied.isEmpty else { return Self.denied(check, denied.joined(separator: " ")) }
            return DoctorFinding(check, .ok, "all that presence needs")
        } catch {
            return Self.denied(check, (error as? PubSubError)?.message ?? "\(error)")
        }
    }

    private static func denied(_ check: String, _ what: String) -> DoctorFinding {
        DoctorFinding(
            check, .failure, "refused: \(what)",
            advice: "ACL SETUSER name +@read +@write +@pubsub +@scripting +@connection ~cs:* &channels:*"
        )
    }

    private func latency(_ adapter: RedisAdapter) async -> DoctorFinding {
        let check = "Redis latency"
        var times: [Duration] = []
        for _ in 0..<21 {
            let start = ContinuousClock.now
            guard (try? await adapter.commands.send(["PING"]).get()) != nil else { break }
            times.append(ContinuousClock.now - start)
        }
        guard !times.isEmpty else { return DoctorFinding(check, .failure, "PING is not answered") }
        times.sort()
        let (median, longest) = (times[times.count / 2], times[times.count - 1])
        let text = "median \(Self.milliseconds(median)), longest \(Self.milliseconds(longest)) of \(times.count) PINGs"
        guard median > .milliseconds(10) else { return DoctorFinding(check, .ok, text) }
        return DoctorFinding(
            check, .warning, text, advice: "messages between nodes take that much longer: put Redis nearer to the nodes"
        )
    }

    /// Subscribes to a topic and publishes to it.
    private func loopBack(
        _ adapter: RedisAdapter, _ token: String, _ hasReturned: () -> Bool
    ) async -> DoctorFinding {
        let check = "Redis pub/sub"
        let topic = "channelsocket.doctor:\(token)"
        do {
            try await adapter.subscribe(to: topic)?.get()
            let start = ContinuousClock.now
            let message = #"{"event":"\#(token)","payload":{}}"#
            _ = try await adapter.commands.send(["PUBLISH", .text(redis.channelPrefix + topic), .text(message)]).get()
            while !hasReturned() {
                guard ContinuousClock.now - start < patience * 2 else {
                    return DoctorFinding(
                        check, .failure, "what is published to \(redis.channelPrefix)* does not come back",
                        advice: "look at the user's channel permissions (&channels:*) and at proxies on the way"
                    )
                }
                try await Task.sleep(for: .milliseconds(1))
            }
            return DoctorFinding(check, .ok, "what is published comes back")
        } catch {
            let reason = "\(error)"
            return DoctorFinding(
                check, .failure, "refused: \(reason)", advice: "ACL SETUSER name +@pubsub &\(redis.channelPrefix)*"
            )
        }
    }

    private func clock(_ adapter: RedisAdapter) async -> DoctorFinding {
        let check = "Clock"
        let before = Date.now
        guard let parts = try? await adapter.commands.send(["TIME"]).get().array, parts.count == 2,
            let seconds = parts[0].integer, let micros = parts[1].integer
        else { return DoctorFinding(check, .unknown, "TIME is not allowed") }
        let middle = before.timeIntervalSince1970 + Date.now.timeIntervalSince(before) / 2
        let skew = middle - (Double(seconds) + Double(micros) / 1e6)
        let text = "\(Int((abs(skew) * 1000).rounded())) ms from Redis' clock"
        guard abs(skew) > 2 else { return DoctorFinding(check, .ok, text) }
        return DoctorFinding(
            check, .warning, text, advice: "run a time service (chrony, systemd-timesyncd): tokens expire by the clock"
        )
    }

    private static func milliseconds(_ duration: Duration) -> String {
        "\(Double(Int(duration / .microseconds(10))) / 100) ms"
    }
}

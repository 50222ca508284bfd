import ChannelSocketRedis
import ChannelSocketTesting
import NIOCore
import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("Presence when Redis fails", .timeLimit(.minutes(1)))
struct RedisPresenceFailureTests {
    @Test("finds members that a failover has lost though others have brought the version back")
    func failover() async throws {
        try await RedisServer.withServer(listening: .unixSocket) { redis in
            // Cut off for some polls.
            let a = try PresenceNode(redis.url, reconnectsAfter: .milliseconds(400))
            let (b, c) = try (PresenceNode(redis.url), PresenceNode(redis.url))
            try await PresenceNode.run(a, b, c) {
                try a.presence.track("eve", .emptyObject, on: "room", by: 1, nil)
                try await a.settled()
                try await redis.command("EVAL", Self.copy, "0")
                try a.presence.track("ann", .emptyObject, on: "room", by: 1, nil)
                try await a.settled()
                try await b.mirror("room")
                let lost = try #require(try await b.ref(of: "ann", in: "room"))

                // What a replica knows that has not heard of the last change, and is the master now.
                try await redis.command("EVAL", Self.restore, "0")
                try c.presence.track("bob", .emptyObject, on: "room", by: 1, nil)
                try await c.settled()
                for kind in ["normal", "pubsub"] { try await redis.command("CLIENT", "KILL", "TYPE", kind) }
                for node in [a, b, c] {
                    try await wait("ann under another ref, and all others") {
                        // Fails as long as the connections are away.
                        guard let list = try? await node.presence.list("room") else { return false }
                        let refs = ["ann", "bob", "eve"].map { list[$0]?.metas.first?.ref }
                        return !refs.contains(nil) && refs[0] != lost
                    }
                }
            }
        }
    }

    @Test("has members leave while Redis is out of memory, keeps the lease, and has others join afterwards")
    func outOfMemory() async throws {
        try await RedisServer.withServer(listening: .unixSocket) { redis in
            let (node, other) = try (PresenceNode(redis.url), PresenceNode(redis.url))
            try await PresenceNode.run(node) {
                for key in ["ann", "bob"] { try node.presence.track(key, .emptyObject, on: "room", by: 1, nil) }
                try await node.settled()
                try await PresenceNode.run(other) {
                    try other.presence.track("joe", .emptyObject, on: "room", by: 1, nil)
                    try await other.settled()
                    try await redis.command("CONFIG", "SET", "maxmemory", "1")
                }
                // The other node has stopped.
                #expect(try await redis.command("HLEN", Self.members) == "2")

                let leases = try await redis.command("ZRANGE", "cs:{lease}:z", "0", "-1", "WITHSCORES")
                try await wait("the lease") {
                    try await redis.command("ZRANGE", "cs:{lease}:z", "0", "-1", "WITHSCORES") != leases
                }
                try node.presence.untrack("ann", on: "room", by: 1, nil)
                try await wait("ann") { try await redis.command("HLEN", Self.members) == "1" }

                // Nobody waits behind a member for whom there is no room.
                try node.presence.track("eve", .emptyObject, on: "room", by: 1, nil)
                try await wait("a refusal") { node.log.contains("out_of_memory") }
                try node.presence.untrack("bob", on: "room", by: 1, nil)
                try await wait("bob") { try await redis.command("HEXISTS", Self.counts, "\"bob\"") == "0" }
                #expect(node.presence.health.staleReason == "Redis is out of memory (maxmemory)")

                try await redis.command("CONFIG", "SET", "maxmemory", "0")
                try await node.settled()
                #expect(try await redis.command("HKEYS", Self.counts) == "\"eve\"")
                try await wait("the end of it") { node.log.contains("presence is kept again") }
                let lines = node.log.all.filter { $0.message.hasPrefix("presence is not kept") }
                #expect(lines.filter { $0.text.contains("out of memory") }.count == 1)
            }
        }
    }

    @Test("does not wait for the members of others when it stops")
    func stops() async throws {
        // Of the dead one there is always something left.
        let script: FakeRedis.Script = { command in
            switch command.first {
            case "SCRIPT": command[2].contains("'SPOP'") ? "+reap\r\n" : "+poll\r\n"
            case "EVAL", "EVALSHA":
                switch (command[1] == "reap" || command[1].contains("'SPOP'"), command.contains("dead")) {
                case (false, _): "*2\r\n+OK\r\n+dead\r\n"
                case (true, true): "*2\r\n:1\r\n*0\r\n"
                case (true, false): "*2\r\n:0\r\n*0\r\n"
                }
            case "SSCAN": "*2\r\n+0\r\n*1\r\n+room\r\n"
            default: FakeRedis.obedient(command)
            }
        }
        try await FakeRedis.with(script) { redis in
            let node = try PresenceNode(redis.url)
            let link = Task { try await node.pubSub.run() }
            let run = Task { try await node.store.run() }
            try await wait("the removal") { redis.received.contains { $0.first == "EVALSHA" && $0.contains("dead") } }
            run.cancel()
            try await run.value
            link.cancel()
            try? await link.value
        }
    }

    private static let members = "cs:{room}:p"
    private static let counts = "cs:{room}:k"
    private static let copy = """
        for _, key in ipairs(redis.call('KEYS', 'cs:{room}:*')) do redis.call('COPY', key, 'copy:' .. key) end
        """
    private static let restore = """
        for _, key in ipairs(redis.call('KEYS', 'cs:{room}:*')) do redis.call('DEL', key) end
        for _, key in ipairs(redis.call('KEYS', 'copy:*')) do redis.call('COPY', key, string.sub(key, 6)) end
        """
}

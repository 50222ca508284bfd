import ChannelSocket
import ChannelSocketTesting
import NIOCore
import PhoenixWire
import Synchronization
import Testing

@testable import ChannelSocketRedis

@Suite("What Redis refuses", .timeLimit(.minutes(2))) struct RedisRefusalTests {
    /// A node that may use the topics `good*`, and no others.
    private static func limitedNode(_ redis: RedisServer) async throws -> TestNode {
        try await redis.command(
            "ACL", "SETUSER", "node", "on", ">pw", "+@all", "~*", "resetchannels", "&channels:good*",
            "&channels:channelsocket.probe*")
        return try TestNode("redis://node:pw@127.0.0.1:\(redis.port)")
    }

    @Test("does not reconnect when Redis refuses the probe, but says so once")
    func refusedProbe() async throws {
        let script: FakeRedis.Script = { $0.first == "PUBLISH" ? "-NOPERM no\r\n" : FakeRedis.obedient($0) }
        try await FakeRedis.with(script) { redis in
            let node = try TestNode(redis.url) {
                $0.probeInterval = .milliseconds(30)
            }
            try await TestNode.run(node) {
                try await wait("probes") { redis.received.filter { $0.first == "PUBLISH" }.count >= 5 }
                #expect(node.adapter.statistics.reconnects == 0)
                #expect(node.log.all.filter { $0.message.contains("refuses the loop-back probe") }.count == 1)
            }
        }
    }

    @Test("does without a name for its connections if it may not give them one")
    func noName() async throws {
        let script: FakeRedis.Script = { $0.first == "CLIENT" ? "-NOPERM no\r\n" : FakeRedis.obedient($0) }
        try await FakeRedis.with(script) { redis in
            let node = try TestNode(redis.url)
            try await TestNode.run(node) {
                try await node.connected()
            }
        }
    }

    @Test("tells a wrong password from other trouble, keeps trying, never shows it")
    func wrongPassword() async throws {
        try await RedisServer.withServer(password: "right") { redis in
            let url = "redis://:wr0ng@127.0.0.1:\(redis.port)"
            for (url, word) in [(url, "WRONGPASS"), ("redis://127.0.0.1:\(redis.port)", "NOAUTH")] {
                let node = try TestNode(url)
                try await TestNode.run(node) {
                    try await wait("several attempts") { node.log.all.filter { $0.text.contains(word) }.count >= 4 }
                    #expect(!node.adapter.isConnected)
                    #expect(node.adapter.disconnectReason?.contains(word) == true)
                }
                #expect(!node.log.contains("wr0ng"))
            }
        }
    }

    @Test("hides the password even when the server quotes it")
    func quotedPassword() async throws {
        let script: FakeRedis.Script = { "-ERR unknown command '\($0[0])', with args '\($0.dropFirst().joined())'\r\n" }
        try await FakeRedis.with(script) { redis in
            let node = try TestNode(redis.url.replacing("//", with: "//:s3cret@"))
            try await TestNode.run(node) {
                try await wait("a reason") { node.adapter.disconnectReason?.contains("unknown command") == true }
            }
            #expect(!node.log.contains("s3cret"))
            #expect(node.adapter.disconnectReason?.contains("s3cret") == false)
        }
    }

    @Test(
        "asks whether this is a Redis at all when something else answers",
        arguments: [
            "HTTP/1.1 400 Bad Request\r\n\r\n", "220 mail.example ESMTP\r\n", ":1\r\n:2\r\n:3\r\n:4\r\n:5\r\n*1\r\n",
        ])
    func notRedis(_ answer: String) async throws {
        let script: FakeRedis.Script = { _ in answer }
        try await FakeRedis.with(script) { redis in
            let node = try TestNode(redis.url)
            try await TestNode.run(node) {
                try await wait("an attempt") { node.log.contains("is this a Redis server") }
                #expect(!node.adapter.isConnected)
            }
        }
    }

    @Test("fails what Redis refuses, and keeps the rest")
    func refused() async throws {
        try await RedisServer.withServer { redis in
            let node = try await Self.limitedNode(redis)
            try await TestNode.run(node) {
                try await node.connected()
                let good = (0..<5).map { node.adapter.subscribe(to: "good:\($0)") }
                let bad = node.adapter.subscribe(to: "bad")
                let error = await #expect(throws: PubSubError.self) { try await bad?.get() }
                #expect(error?.code == .rejected)
                for confirmation in good { try await confirmation?.get() }
                node.adapter.unsubscribe(from: "bad")
                try await node.connected()
                let refusal = await #expect(throws: PubSubError.self) { try await node.publish("bad", "e") }
                #expect(refusal?.code == .rejected)
                try await node.publish("good:1", "e")
            }
        }
    }

    @Test("recovers although a topic is refused that was refused before")
    func refusedAndLost() async throws {
        try await RedisServer.withServer { redis in
            let node = try await Self.limitedNode(redis)
            try await TestNode.run(node) {
                try await node.connected()
                try await node.subscribe("good:1")
                await #expect(throws: PubSubError.self) { try await node.subscribe("bad") }
                #expect(node.adapter.disconnectReason == nil)
                try await redis.command("CLIENT", "KILL", "TYPE", "pubsub")
                try await wait("the loss") { node.adapter.statistics.gaps == 1 }
                try await wait("the recovery") { node.adapter.disconnectReason == nil }
                try await redis.command("PUBLISH", "channels:good:1", #"{"event":"e","payload":{}}"#)
                try await wait("delivery") { node.events == ["e"] }
                #expect(!node.adapter.isConnected)
            }
        }
    }

    @Test(
        "goes on publishing and listening while Redis answers PING with trouble",
        arguments: ["MISCONF Redis is configured to save", "LOADING Redis is loading", "BUSY Redis is busy"])
    func troubledPing(error: String) async throws {
        let script: FakeRedis.Script = { $0.first == "PING" ? "-\(error)\r\n" : FakeRedis.obedient($0) }
        try await FakeRedis.with(script) { redis in
            let node = try TestNode(redis.url) {
                $0.pingInterval = .milliseconds(20)
                $0.probeInterval = .hours(1)
                $0.probeTimeout = .hours(1)
            }
            try await TestNode.run(node) {
                try await node.connected()
                // Both connections have pinged, and have outlived the answer.
                try await wait("pings") { redis.received.filter { $0 == ["PING"] }.count >= 8 }
                try await node.publish("room:a", "e")
                #expect(node.adapter.statistics.reconnects == 0)
            }
        }
    }

    @Test("gives up a connection whose PING is answered with a demand for a password")
    func lockedOut() async throws {
        let isLocked = Mutex(false)
        let script: FakeRedis.Script = { command in
            command == ["PING"] && isLocked.withLock { $0 } ? "-NOAUTH no\r\n" : FakeRedis.obedient(command)
        }
        try await FakeRedis.with(script) { redis in
            let node = try TestNode(redis.url) { $0.pingInterval = .milliseconds(20) }
            try await TestNode.run(node) {
                try await node.connected()
                isLocked.withLock { $0 = true }
                try await wait("the loss") { node.log.contains("refused at PING: NOAUTH no") }
            }
        }
    }

    @Test(
        "gives Redis' own words for a connection that it does not take",
        arguments: ["DENIED Redis is running in protected mode", "ERR max number of clients reached", "XYZ whatever"])
    func refusedConnection(error: String) async throws {
        // Redis says so without being asked, and hangs up.
        try await HangingUpRedis.with("-\(error)\r\n") { redis in
            let node = try TestNode(redis.url)
            try await TestNode.run(node) {
                try await wait("a reason") { node.adapter.disconnectReason?.contains(error) == true }
            }
        }
    }

    @Test("subscribes to the rest after many refusals, asks again by itself, and says so once")
    func refusedInBulk() async throws {
        let isAllowed = Mutex(false)
        let script: FakeRedis.Script = { command in
            command.first == "SUBSCRIBE" && command.contains { $0.hasPrefix("channels:bad") }
                && !isAllowed.withLock { $0 } ? "-NOPERM no\r\n" : FakeRedis.obedient(command)
        }
        try await FakeRedis.with(script) { redis in
            let node = try TestNode(redis.url) {
                $0.subscribeBatch = 4
                $0.subscribeTimeout = .seconds(20)
                $0.probeInterval = .hours(1)
                $0.probeTimeout = .hours(1)
            }
            try await TestNode.run(node) {
                try await node.connected()
                // More refusals at a time than commands may be on their way.
                let bad = (0..<120).map { node.adapter.subscribe(to: "bad:\($0)") }
                let good = (0..<120).map { node.adapter.subscribe(to: "good:\($0)") }
                for confirmation in good { try await confirmation?.get() }
                for confirmation in bad {
                    let error = await #expect(throws: PubSubError.self) { try await confirmation?.get() }
                    #expect(error?.code == .rejected)
                }
                #expect(!node.adapter.isConnected)
                // Only what was refused was sent alone.
                let alone = redis.received.filter { $0.first == "SUBSCRIBE" && $0.count == 2 && $0[1].contains("good") }
                #expect(alone.count <= 8)
                #expect(node.log.all.filter { $0.message.contains("refused a subscription") }.count == 1)
                isAllowed.withLock { $0 = true }
                try await wait("the rest") { node.adapter.isConnected }
            }
        }
    }
}

import ChannelSocket
import ChannelSocketTesting
import NIOCore
import PhoenixWire
import Synchronization
import Testing

@testable import ChannelSocketRedis

@Suite("Redis outages", .timeLimit(.minutes(2))) struct RedisOutageTests {
    @Test("resumes by itself after Redis was restarted")
    func restart() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url)
            let other = try TestNode(redis.url)
            try await TestNode.run(node, other) {
                try await node.subscribe("room:a")
                try await other.connected()
                try await other.publish("room:a", "before")
                try await redis.restart()
                // Whatever was subscribed is subscribed when it says that it is connected.
                for node in [node, other] {
                    try await wait("the loss") { node.adapter.statistics.reconnects >= 2 }
                }
                try await node.connected()
                try await other.connected()
                try await other.publish("room:a", "after")
                try await wait("delivery") { node.events == ["before", "after"] }
                #expect(node.log.contains("Lost the connection to Redis"))
                let recovered = node.log.all.first { $0.message.contains("Recovered") }
                #expect(recovered?.metadata["topics"] == "1")
                #expect(recovered?.metadata["gap"]?.hasSuffix(" ms") == true)
            }
        }
    }

    @Test("fails publishes at once, and subscriptions within their limit, while Redis is away")
    func away() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url) {
                $0.subscribeTimeout = .milliseconds(500)
                // Beyond the time limit of the suite, so that a publish that waits for its answer fails the test.
                $0.commandTimeout = .hours(1)
            }
            try await TestNode.run(node) {
                try await node.connected()
                try await node.subscribe("room:a")
                await redis.kill()
                try await wait("the loss of both links") { node.adapter.statistics.reconnects == 2 }
                // Only what cannot be heard any more is a gap.
                #expect(node.adapter.statistics.gaps == 1)
                #expect(!node.adapter.isConnected)
                #expect(node.adapter.disconnectReason != nil)
                let refused = await #expect(throws: PubSubError.self) { try await node.publish("room:a", "e") }
                #expect(refused?.code == .disconnected)
                for topic in ["room:a", "room:b"] {
                    let confirmed = try #require(node.adapter.subscribe(to: topic))
                    let error = await #expect(throws: PubSubError.self) { try await confirmed.get() }
                    #expect(error?.code == .disconnected)
                }
                #expect(node.adapter.statistics.publishFailures[.disconnected] == 1)

                // Both are still wanted.
                try await redis.start()
                try await node.connected()
                try await redis.command("PUBLISH", "channels:room:b", #"{"event":"e","payload":{}}"#)
                try await wait("delivery") { node.events == ["e"] }
            }
        }
    }

    @Test("connects by itself when Redis comes up later, and serves those who have waited")
    func late() async throws {
        try await RedisServer.withServer(listening: .unixSocket) { redis in
            await redis.stop()
            let node = try TestNode(redis.url) { $0.subscribeTimeout = .seconds(30) }
            try await TestNode.run(node) {
                let confirmed = node.adapter.subscribe(to: "room:a")
                try await wait("an attempt") { node.log.contains("Reconnecting") }
                #expect(node.adapter.disconnectReason?.contains("cannot connect: No such file or directory") == true)
                try await redis.start()
                try await confirmed?.get()
                try await node.connected()
            }
        }
    }

    @Test("notices that Redis no longer answers, and fails what was not confirmed")
    func frozen() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url) {
                $0.pingInterval = .milliseconds(100)
                $0.commandTimeout = .milliseconds(300)
            }
            try await TestNode.run(node) {
                try await node.connected()
                redis.pause()
                let error = await #expect(throws: PubSubError.self) { try await node.publish("room:a", "e") }
                #expect([.timeout, .unconfirmed].contains(error?.code))
                try await wait("both links") { node.adapter.statistics.reconnects == 2 }
                #expect(node.log.contains("no answer to"))
                redis.resume()
                try await wait("a publish") { (try? await node.publish("room:a", "e")) != nil }
            }
        }
    }

    @Test("says that it is unknown whether a publish happened when the link breaks before the answer")
    func unconfirmed() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url)
            try await TestNode.run(node) {
                try await node.connected()
                redis.pause()
                let publishing = try node.send("room:a", "e")
                // Written before this one is.
                try await publishing.eventLoop.submit {}.get()
                await redis.kill()
                let error = await #expect(throws: PubSubError.self) { try await publishing.get() }
                #expect(error?.code == .unconfirmed)
                #expect(node.adapter.statistics.publishFailures == [.unconfirmed: 1])
            }
        }
    }

    @Test("finds out that it has become deaf, and reconnects the subscriber")
    func deaf() async throws {
        try await FakeRedis.with(FakeRedis.obedient) { redis in
            let node = try TestNode(redis.url) {
                $0.probeInterval = .milliseconds(50)
                $0.probeTimeout = .milliseconds(50)
            }
            try await TestNode.run(node) {
                try await wait("a reconnection") { node.adapter.statistics.reconnects >= 1 }
                // It is connected again and again, but does not say so before it hears.
                var claims = 0
                try await wait("more of them") {
                    claims += node.adapter.disconnectReason == nil ? 1 : 0
                    return node.adapter.statistics.reconnects >= 4
                }
                #expect(claims == 0)
                #expect(node.log.contains("do not come back"))
                #expect(node.adapter.statistics.probes == 0)
            }
        }
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

    @Test("confirms no subscription on a new node before it can publish")
    func publisherLate() async throws {
        let isAllowed = Mutex(false)
        // The publisher's first connections break while they are greeted.
        let script: FakeRedis.Script = { command in
            command.last?.hasSuffix(":pub") == true && !isAllowed.withLock { $0 }
                ? "garbage\r\n" : FakeRedis.obedient(command)
        }
        try await FakeRedis.with(script) { redis in
            let node = try TestNode(redis.url) { $0.subscribeTimeout = .seconds(30) }
            try await TestNode.run(node) {
                let confirmed = try #require(node.adapter.subscribe(to: "room:a"))
                try await wait("a subscriber, and attempts of the publisher") {
                    redis.received.contains { $0.last?.hasSuffix(":sub") == true }
                        && redis.received.filter { $0.last?.hasSuffix(":pub") == true }.count >= 3
                }
                #expect(!redis.received.contains(["SUBSCRIBE", "channels:room:a"]))
                isAllowed.withLock { $0 = true }
                try await confirmed.get()
                try await node.publish("room:a", "at once")
                #expect(node.adapter.disconnectReason == nil)
            }
        }
    }

    @Test("proves that a healthy link delivers")
    func probes() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url) { $0.probeInterval = .milliseconds(20) }
            try await TestNode.run(node) {
                try await wait("probes") { node.adapter.statistics.probes >= 3 }
                #expect(node.adapter.statistics.lastProbeRoundTrip > .zero)
                #expect(node.adapter.statistics.reconnects == 0)
                #expect(node.adapter.statistics.malformed == 0)
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
            try await redis.command(
                "ACL", "SETUSER", "node", "on", ">pw", "+@all", "~*", "resetchannels", "&channels:good*",
                "&channels:channelsocket.probe*")
            let node = try TestNode("redis://node:pw@127.0.0.1:\(redis.port)")
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
            try await redis.command(
                "ACL", "SETUSER", "node", "on", ">pw", "+@all", "~*", "resetchannels", "&channels:good*",
                "&channels:channelsocket.probe*")
            let node = try TestNode("redis://node:pw@127.0.0.1:\(redis.port)")
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

    @Test("reports what was answered together with READONLY as answered")
    func readOnlyInBetween() async throws {
        let answers = Mutex<String?>(nil)
        // The command is answered with the next publish, in one piece.
        let script: FakeRedis.Script = { command in
            switch command.first {
            case "SET":
                answers.withLock { $0 = "-READONLY no\r\n" }
                return ""
            case "PUBLISH" where command[1] == "channels:room:a":
                return answers.withLock { ($0.take() ?? "") + ":1\r\n" }
            default: return FakeRedis.obedient(command)
            }
        }
        try await FakeRedis.with(script) { redis in
            let node = try TestNode(redis.url)
            try await TestNode.run(node) {
                try await node.connected()
                let refused = node.adapter.commands.send(["SET", "a", "b"])
                let published = try node.send("room:a", "e")
                await #expect(throws: PubSubError.self) { try await refused.get() }
                try await published.get()
                try await wait("both links") { node.adapter.statistics.reconnects == 2 }
                #expect(node.adapter.statistics.publishFailures == [:])
            }
        }
    }

    @Test("looks for another master when Redis answers PING as a replica that has lost its master")
    func masterDown() async throws {
        let isReplica = Mutex(false)
        let script: FakeRedis.Script = { command in
            command == ["PING"] && isReplica.withLock { $0 } ? "-MASTERDOWN no\r\n" : FakeRedis.obedient(command)
        }
        try await FakeRedis.with(script) { redis in
            let node = try TestNode(redis.url) { $0.pingInterval = .milliseconds(20) }
            try await TestNode.run(node) {
                try await node.connected()
                isReplica.withLock { $0 = true }
                try await wait("both links") { node.adapter.statistics.reconnects == 2 }
                #expect(node.log.contains("looking for another master"))
                // Then it makes do with what there is.
                try await node.connected()
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

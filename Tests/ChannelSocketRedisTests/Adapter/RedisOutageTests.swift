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
}

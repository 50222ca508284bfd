import ChannelSocketTesting
import Foundation
import Testing

/// Two nodes on one Redis, as processes.
@Suite("A cluster", .timeLimit(.minutes(2)))
struct ClusterTests {
    private static let topic = "room:lobby"

    private func joined(_ port: Int) async throws -> TestPhoenixClient {
        let client = try await TestPhoenixClient.connect(port: port)
        try await client.join(Self.topic)
        return client
    }

    @Test("carries messages both ways, and those of redis-cli and channelsocket publish to both nodes")
    func messages() async throws {
        try await RedisServer.withServer { redis in
            let alpha = try await ServerProcess.node("alpha", redis: redis.url)
            let beta = try await ServerProcess.node("beta", redis: redis.url)
            let ann = try await joined(alpha.port)
            let bob = try await joined(beta.port)
            for (sender, body) in [(ann, "from alpha"), (bob, "from beta")] {
                #expect(try await sender.call(Self.topic, "new_msg", ["body": .string(body)]).status == "ok")
                for client in [ann, bob] {
                    let message = try await client.expect("new_msg", on: Self.topic)
                    #expect(message.payload == ["body": .string(body)])
                }
            }

            let frame = #"{"event":"new_msg","payload":{"body":"from redis-cli"}}"#
            #expect(try await redis.command("PUBLISH", "channels:\(Self.topic)", frame) == "2")
            let publish = try ServerProcess.start(
                "publish", Self.topic, "new_msg", #"{"body":"from publish"}"#, environment: ["REDIS_URL": redis.url]
            )
            for client in [ann, bob] {
                #expect(try await client.expect("new_msg", on: Self.topic).payload == ["body": "from redis-cli"])
                #expect(try await client.expect("new_msg", on: Self.topic).payload == ["body": "from publish"])
                try await client.expectSilence()
            }
            #expect(try await publish.waitForExit() == .exited(0))
            #expect(publish.output == "2 nodes")
            #expect(try await alpha.process.stop() == .exited(0))
            #expect(try await beta.process.stop() == .exited(0))
        }
    }

    @Test("outlives its Redis: clients stay, each node serves its own, and delivery resumes by itself")
    func redisRestart() async throws {
        try await RedisServer.withServer { redis in
            let alpha = try await ServerProcess.node("alpha", redis: redis.url)
            let beta = try await ServerProcess.node("beta", redis: redis.url)
            let (ann, andy) = (try await joined(alpha.port), try await joined(alpha.port))
            let bob = try await joined(beta.port)

            await redis.kill()
            let report = try await ServerProcess.waitForHealth(of: alpha.port, status: "degraded")
            #expect(report["pubsub"]?["connected"] == false)
            #expect(report["pubsub"]?["reason"]?.stringValue?.isEmpty == false)
            _ = try await ServerProcess.waitForHealth(of: beta.port, status: "degraded")
            try await ann.push(Self.topic, "new_msg", ["body": "meanwhile"])
            #expect(try await andy.expect("new_msg", on: Self.topic).payload == ["body": "meanwhile"])

            try await redis.start()
            _ = try await ServerProcess.waitForHealth(of: alpha.port, status: "ok")
            _ = try await ServerProcess.waitForHealth(of: beta.port, status: "ok")
            try await ann.push(Self.topic, "new_msg", ["body": "again"])
            // What was said meanwhile is not made up for: Redis pub/sub keeps nothing.
            #expect(try await bob.expect("new_msg", on: Self.topic).payload == ["body": "again"])
            try await bob.expectSilence()
            try await alpha.process.stop()
            try await beta.process.stop()
        }
    }

    @Test("starts degraded without Redis, says so, and joins when Redis comes")
    func unreachableAtStart() async throws {
        let redis = try await RedisServer.start()
        await redis.stop()
        let node = try await ServerProcess.node("alpha", redis: redis.url)
        let report = try await ServerProcess.waitForHealth(of: node.port, status: "degraded")
        #expect(report["pubsub"]?["backend"] == "redis")
        try await node.process.waitForLine(containing: "cut off from the other nodes")
        try await redis.start()
        _ = try await ServerProcess.waitForHealth(of: node.port, status: "ok")
        _ = try await joined(node.port)
        try await node.process.stop()
        await redis.stop()
    }

    @Test("says that Redis refuses its password, without the password")
    func wrongPassword() async throws {
        try await RedisServer.withServer(password: "right") { redis in
            let url = redis.url.replacingOccurrences(of: ":right@", with: ":hunter2@")
            let node = try await ServerProcess.node("alpha", redis: url)
            let report = try await ServerProcess.waitForHealth(of: node.port, status: "degraded")
            #expect(report["pubsub"]?["reason"]?.stringValue?.contains("WRONGPASS") == true)
            try await node.process.waitForLine(containing: "WRONGPASS")
            try await node.process.stop()
            #expect(!node.process.output.contains("hunter2"))
        }
    }

    @Test("publish says that it cannot reach Redis")
    func publishWithoutRedis() async throws {
        let publish = try ServerProcess.start("publish", "room:a", "x", "--redis", "redis://127.0.0.1:1")
        #expect(try await publish.waitForExit() == .exited(1))
        #expect(publish.output.contains("cannot reach Redis at 127.0.0.1:1"))
    }
}

import ChannelSocket
import ChannelSocketRedis
import ChannelSocketTesting
import NIOCore
import PhoenixWire
import Testing

@Suite("Redis adapter", .timeLimit(.minutes(2))) struct RedisAdapterTests {
    @Test("delivers what anybody publishes with redis-cli, in both forms")
    func externalPublisher() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url)
            try await TestNode.run(node) {
                try await node.subscribe("room:lobby")
                let object = #"{"event":"new_msg","payload":{"body":"hi"}}"#
                #expect(try await redis.command("PUBLISH", "channels:room:lobby", object) == "1")
                let frame = #"[null,null,"room:lobby","second",{"n":1}]"#
                try await redis.command("PUBLISH", "channels:room:lobby", frame)
                try await wait("delivery") { node.inbox.count == 2 }
            }
            #expect(
                node.inbox.map(\.broadcast) == [
                    Broadcast(
                        topic: "room:lobby", event: "new_msg", payload: .json(ByteBuffer(string: #"{"body":"hi"}"#))),
                    Broadcast(topic: "room:lobby", event: "second", payload: .json(ByteBuffer(string: #"{"n":1}"#))),
                ])
        }
    }

    @Test("takes from other nodes what their limits may let in and the usual ones would not")
    func highLimits() async throws {
        try await RedisServer.withServer { redis in
            let nodes = [try TestNode(redis.url), try TestNode(redis.url)]
            let topic = "room:" + String(repeating: "t", count: 2_000)
            let event = String(repeating: "e", count: 2_000)
            try await TestNode.run(nodes[0], nodes[1]) {
                try await nodes[0].connected()
                try await nodes[1].subscribe(topic)
                try await nodes[0].publish(topic, event)
                try await wait("delivery") { nodes[1].inbox.count == 1 }
            }
            #expect(nodes[1].inbox.map(\.broadcast.event) == [event])
            #expect(nodes[1].adapter.statistics.malformed == 0)
        }
    }

    @Test("counts and logs what cannot be used, and goes on")
    func malformed() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url)
            try await TestNode.run(node) {
                try await node.subscribe("room:a")
                let messages = [
                    "", "not json", "{", #"{"event":1,"payload":{}}"#, #"{"payload":{}}"#, "[]", "cs1 x", "cs9 a - {}",
                    #"cs1 other nobody [null,null,"room:a","e",{}]"#, #"[null,null,"room:b","e",{}]"#, "\u{FF}",
                ]
                for message in messages { try await redis.command("PUBLISH", "channels:room:a", message) }
                try await redis.command("PUBLISH", "channels:room:a", #"{"event":"good","payload":{}}"#)
                try await wait("delivery") { node.inbox.count == 1 }
                #expect(node.adapter.statistics.malformed == UInt64(messages.count))
                #expect(node.adapter.statistics.delivered == 1)
                let lines = node.log.all.filter { $0.message.contains("cannot be used") }
                #expect(lines.count == 1)
                #expect(lines.first?.metadata["redis.channel"] == "channels:room:a")
                #expect(lines.first?.metadata["reason"]?.isEmpty == false)
            }
        }
    }

    @Test("drops its own broadcasts on return, and counts them")
    func own() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url)
            try await TestNode.run(node) {
                try await node.subscribe("room:a")
                try await node.publish("room:a", "e")
                try await wait("return") { node.adapter.statistics.own == 1 }
                #expect(node.adapter.statistics.published == 1)
                #expect(node.inbox.isEmpty)
            }
        }
    }

    @Test("uses the configured prefix, on the wire too")
    func prefix() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url) { $0.channelPrefix = "{app}*:" }
            let friend = try TestNode(redis.url) { $0.channelPrefix = "{app}*:" }
            let other = try TestNode(redis.url)
            try await TestNode.run(node, friend, other) {
                try await friend.connected()
                try await node.subscribe("room:a")
                try await other.connected()
                #expect(try await redis.command("PUBSUB", "CHANNELS", "{app}[*]:room*") == "{app}*:room:a")
                try await other.publish("room:a", "elsewhere")
                try await redis.command("PUBLISH", "{app}*:room:a", #"{"event":"here","payload":{}}"#)
                try await wait("delivery") { node.events == ["here"] }
                try await friend.publish("room:a", "friend")
                try await wait("delivery") { node.events == ["here", "friend"] }
            }
        }
    }

    @Test("names its connections and leaves none behind")
    func connections() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url) { $0.database = 3 }
            try await TestNode.run(node) {
                try await node.connected()
                let clients = try await redis.command("CLIENT", "LIST")
                #expect(clients.contains("name=channelsocket:\(node.id):sub "))
                #expect(clients.contains("name=channelsocket:\(node.id):pub "))
                #expect(clients.split(separator: "\n").filter { $0.contains(" db=3 ") }.count == 2)
            }
            try await wait("closed connections") {
                try await !redis.command("CLIENT", "LIST").contains("channelsocket")
            }
            #expect(!node.adapter.isConnected)
            #expect(node.adapter.disconnectReason == "stopped")
        }
    }

    @Test("subscribes to thousands of topics with a few commands")
    func manyTopics() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url)
            let other = try TestNode(redis.url)
            try await TestNode.run(node, other) {
                try await node.connected()
                try await other.connected()
                let confirmations = (0..<5000).map { node.adapter.subscribe(to: "room:\($0)") }
                for confirmation in confirmations { try await confirmation?.get() }
                #expect(node.adapter.isConnected)
                #expect(try await redis.command("PUBSUB", "NUMSUB", "channels:room:4999").hasSuffix("1"))
                let first = try await subscribeCalls(redis)
                #expect(first < 200)

                // Once more after the loss of the connection.
                try await redis.command("CLIENT", "KILL", "TYPE", "pubsub")
                try await wait("the loss") { node.adapter.statistics.reconnects == 1 }
                try await node.connected()
                #expect(try await subscribeCalls(redis) - first < 20)
                for topic in [0, 2500, 4999] { try await other.publish("room:\(topic)", "\(topic)") }
                try await wait("delivery") { node.events == ["0", "2500", "4999"] }

                for topic in 0..<5000 { node.adapter.unsubscribe(from: "room:\(topic)") }
                try await wait("no topic") { try await redis.command("PUBSUB", "CHANNELS", "channels:room:*").isEmpty }
            }
        }
    }

    @Test("refuses to run twice at the same time, and runs again after the end")
    func runsTwice() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url)
            for _ in 0..<2 {
                try await TestNode.run(node) {
                    try await node.connected()
                    await #expect(throws: RedisAdapterError.self) {
                        try await node.adapter.run(node: NodeID()) { _ in }
                    }
                    try await node.publish("room:a", "e")
                }
            }
        }
    }

    @Test("waits for answers to what was published before it ends")
    func gracefulEnd() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url)
            let futures = try await TestNode.run(node) {
                try await node.connected()
                return try (0..<1000).map { try node.send("room:a", "\($0)") }
            }
            for future in futures { try await future.get() }
            #expect(node.adapter.statistics.published == 1000)
        }
    }

    @Test("runs commands, and fails with Redis' own words")
    func commands() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url)
            try await TestNode.run(node) {
                try await node.connected()
                let commands = node.adapter.commands
                #expect(try await commands.send(["HSET", "h", "f", "v"]).get() == .integer(1))
                #expect(
                    try await commands.send(["HGETALL", "h"]).get()
                        == .array([.string(ByteBuffer(string: "f")), .string(ByteBuffer(string: "v"))]))
                // Looks like a message, and is none.
                let lookalike = ["message", "channels:room:a", "x"].map { RESPValue.string(ByteBuffer(string: $0)) }
                _ = try await commands.send(["RPUSH", "l", "message", "channels:room:a", "x"]).get()
                #expect(try await commands.send(["LRANGE", "l", "0", "-1"]).get() == .array(lookalike))
                let error = await #expect(throws: PubSubError.self) {
                    try await commands.send(["EVALSHA", "0000000000000000000000000000000000000000", "0"]).get()
                }
                #expect(error?.code == .rejected)
                #expect(error?.message.hasPrefix("NOSCRIPT") == true)
                try await node.publish("room:a", "still in step")
            }
        }
    }

    @Test("refuses more than may be pending, and recovers")
    func overload() async throws {
        try await RedisServer.withServer { redis in
            let node = try TestNode(redis.url) { $0.maxPendingCommands = 100 }
            try await TestNode.run(node) {
                try await node.connected()
                redis.pause()
                let futures = try (0..<150).map { try node.send("room:a", "\($0)") }
                let refused = await #expect(throws: PubSubError.self) { try await futures[149].get() }
                #expect(refused?.code == .overloaded)
                redis.resume()
                for future in futures.prefix(100) { try await future.get() }
                try await node.publish("room:a", "again")
                #expect(node.adapter.statistics.publishFailures == [.overloaded: 50])
            }
        }
    }

    private func subscribeCalls(_ redis: RedisServer) async throws -> Int {
        let info = try await redis.command("INFO", "commandstats")
        let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_subscribe:calls=") }
        let digits = try #require(line).dropFirst("cmdstat_subscribe:calls=".count).prefix { $0.isNumber }
        return try #require(Int(digits))
    }
}

import ChannelSocketTesting
import Testing

/// Two nodes on one Redis, seen from outside.
@Suite(.timeLimit(.minutes(2)))
struct ClusterTests {
    private struct Cluster {
        var redis: RedisServer
        var nodes: [ContractServer]

        /// Connects a client to a node and has it join the room.
        func member(of room: String, on node: Int) async throws -> TestPhoenixClient {
            let client = try await TestPhoenixClient.connect(port: nodes[node].port)
            try await client.join(room)
            return client
        }
    }

    private func withCluster(_ body: (Cluster) async throws -> Void) async throws {
        try await RedisServer.withServer { redis in
            let arguments = ["--redis", redis.url, "--log-level", "info"]
            let nodes = [
                try await ContractServer.start(arguments: arguments),
                try await ContractServer.start(arguments: arguments),
            ]
            try await body(Cluster(redis: redis, nodes: nodes))
            for node in nodes {
                #expect(try await node.process.stop() == .exited(0))
            }
        }
    }

    @Test("broadcasts reach the members of both nodes, once and in order")
    func bothWays() async throws {
        try await withCluster { cluster in
            let room = "room:both"
            let members = [
                try await cluster.member(of: room, on: 0), try await cluster.member(of: room, on: 0),
                try await cluster.member(of: room, on: 1),
            ]
            for (sender, client) in members.enumerated() {
                for number in 0..<50 {
                    try await client.push(room, "new_msg", ["sender": JSONValue(sender), "number": JSONValue(number)])
                }
            }
            for client in members {
                // One publisher's broadcasts keep their order; those of several may mix.
                var next = [0, 0, 0]
                for _ in 0..<150 {
                    let message = try await client.expect("new_msg", on: room)
                    let sender = try #require(message.payload["sender"]?.intValue)
                    #expect(message.payload["number"]?.intValue == next[sender])
                    next[sender] += 1
                }
                try await client.expectSilence()
            }
        }
    }

    @Test("broadcasts but the sender's own reach the other node, and not the sender")
    func exclusion() async throws {
        try await withCluster { cluster in
            let room = "room:from"
            let sender = try await cluster.member(of: room, on: 0)
            let neighbour = try await cluster.member(of: room, on: 0)
            let remote = try await cluster.member(of: room, on: 1)
            try await sender.push(room, "shout_from", ["n": 1])
            for client in [neighbour, remote] {
                #expect(try await client.expect("shout_from", on: room).payload == ["n": 1])
            }
            // What comes back from the other node proves that the own copy would have come by now.
            try await remote.push(room, "shout_from", ["n": 2])
            #expect(try await sender.expect("shout_from", on: room).payload == ["n": 2])
            #expect(try await neighbour.expect("shout_from", on: room).payload == ["n": 2])
            for client in [sender, neighbour, remote] { try await client.expectSilence() }
        }
    }

    @Test("binary broadcasts cross between nodes")
    func binary() async throws {
        try await withCluster { cluster in
            let room = "room:binary"
            let sender = try await cluster.member(of: room, on: 0)
            let remote = try await cluster.member(of: room, on: 1)
            let bytes = (0...255).map { UInt8($0) }
            try await sender.push(room, "new_msg", binary: bytes)
            for client in [sender, remote] {
                #expect(try await client.expect("new_msg", on: room).body == .binary(bytes))
            }
        }
    }

    @Test("what anybody publishes in Redis reaches both nodes")
    func externalPublish() async throws {
        try await withCluster { cluster in
            let room = "room:lobby"
            let members = [try await cluster.member(of: room, on: 0), try await cluster.member(of: room, on: 1)]
            let messages = [
                #"{"event":"new_msg","payload":{"body":"hi"}}"#,
                #"[null,null,"room:lobby","new_msg",{"body":"hi"}]"#,
            ]
            for message in messages {
                let receivers = try await cluster.redis.command("PUBLISH", "channels:\(room)", message)
                #expect(receivers == "2", "each node subscribes once")
                for client in members {
                    #expect(try await client.expect("new_msg", on: room).payload == ["body": "hi"])
                }
            }
        }
    }

    @Test("what makes no sense in Redis harms nobody")
    func malformedPublish() async throws {
        try await withCluster { cluster in
            let room = "room:lobby"
            let members = [try await cluster.member(of: room, on: 0), try await cluster.member(of: room, on: 1)]
            let nonsense = ["", "no", "{}", "[]", #"{"event":5}"#, "\u{1}\u{2}", #"[null,null,"room:other","x",{}]"#]
            for message in nonsense {
                try await cluster.redis.command("PUBLISH", "channels:\(room)", message)
            }
            try await cluster.redis.command("PUBLISH", "channels:\(room)", #"{"event":"new_msg","payload":{}}"#)
            for client in members {
                _ = try await client.expect("new_msg", on: room)
                try await client.expectSilence()
            }
        }
    }

    @Test("disconnecting a socket id closes its connections on all nodes")
    func kick() async throws {
        try await withCluster { cluster in
            let clients = [
                try await TestPhoenixClient.connect(port: cluster.nodes[0].port, query: "user=ann"),
                try await TestPhoenixClient.connect(port: cluster.nodes[1].port, query: "user=ann"),
            ]
            let other = try await TestPhoenixClient.connect(port: cluster.nodes[1].port, query: "user=bob")
            // A join waits for Redis, and the topic of the socket's id was asked for before it.
            for client in clients { try await client.join("room:kick") }
            try await clients[0].push("room:kick", "kick")
            for client in clients {
                #expect(try await client.socket.receive() == .close(code: 1001, reason: "disconnected"))
            }
            try await other.expectSilence()
        }
    }

    @Test("a Redis restart disconnects nobody, and delivery resumes by itself")
    func redisRestart() async throws {
        try await withCluster { cluster in
            let room = "room:restart"
            let near = try await cluster.member(of: room, on: 0)
            let neighbour = try await cluster.member(of: room, on: 0)
            let far = try await cluster.member(of: room, on: 1)
            try await near.push(room, "new_msg", ["n": 0])
            for client in [near, neighbour, far] { _ = try await client.expect("new_msg", on: room) }

            await cluster.redis.kill()
            try await near.push(room, "new_msg", ["n": 1])
            for client in [near, neighbour] {
                #expect(try await client.expect("new_msg", on: room).payload == ["n": 1], "same node, without Redis")
            }
            for client in [near, neighbour, far] { try await client.expectSilence() }

            try await cluster.redis.start()
            try await Self.waitForDelivery(from: near, to: far, room)
            try await Self.waitForDelivery(from: far, to: near, room)
            try await near.push(room, "shout_from", ["n": 2])
            try await far.push(room, "shout_from", ["n": 3])
            for (client, expected) in [(near, [3]), (neighbour, [2, 3]), (far, [2])] {
                var got: [Int] = []
                for _ in expected {
                    got.append(try #require(try await client.expect("shout_from", on: room).payload["n"]?.intValue))
                }
                // Of two publishers either may be first.
                #expect(got.sorted() == expected)
            }
        }
    }

    /// Broadcasts until one arrives: what is sent before both nodes have found Redis again is lost.
    private static func waitForDelivery(
        from sender: TestPhoenixClient, to receiver: TestPhoenixClient, _ room: String
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            // Not heard by the sender itself, whose own copy would prove nothing.
            try await sender.push(room, "broadcast", ["probe": true])
            do {
                try await receiver.expect("broadcast", on: room, within: .milliseconds(100))
                return
            } catch let error as TestingError where error.code == .timeout && ContinuousClock.now < deadline {
                continue
            }
        }
    }
}

import ChannelSocketTesting
import Foundation
import Testing

/// `channelsocket tail`, `presence`, `publish` and `doctor` as people use them.
@Suite("channelsocket's client commands", .timeLimit(.minutes(2)))
struct ClientCommandTests {
    /// What the shell that runs the tests may have set.
    private static let nothing = [
        "PORT": "", "REDIS_URL": "", "CHANNELSOCKET_URL": "", "CHANNELSOCKET_TOKEN": "", "CHANNELSOCKET_API_KEY": "",
    ]

    private func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> (Int32?, String) {
        let settings = Self.nothing.merging(environment) { _, given in given }
        let process = try ChildProcess(product: "channelsocket", arguments: arguments, environment: settings)
        guard case .exited(let code) = try await process.waitForExit(within: .seconds(40)) else {
            return (nil, process.output)
        }
        return (code, process.output)
    }

    @Test("tail prints what is published through Redis and by clients, as JSON lines")
    func tail() async throws {
        try await RedisServer.withServer { redis in
            let node = try await ServerProcess.node("alpha", redis: redis.url)
            let tail = try ServerProcess.start(
                "tail", "room:lobby", "--event", "new_msg", "--count", "2",
                environment: ["CHANNELSOCKET_URL": "ws://127.0.0.1:\(node.port)/socket"]
            )
            try await tail.waitForLine(containing: "joined room:lobby")
            let client = try await TestPhoenixClient.connect(port: node.port)
            try await client.join("room:lobby")
            _ = try await client.call("room:lobby", "other", ["body": "not asked for"])
            _ = try await client.call("room:lobby", "new_msg", ["body": "from a client"])
            let published = try await run(
                "publish", "room:lobby", "new_msg", #"{"body":"from publish"}"#, environment: ["REDIS_URL": redis.url]
            )
            #expect(published == (0, "1 node"))
            #expect(try await tail.waitForExit() == .exited(0))
            let lines = try tail.lines.filter { $0.hasPrefix("{") }.map { try JSONValue(parsing: $0) }
            #expect(lines.map { $0["event"] } == ["new_msg", "new_msg"])
            #expect(lines.map { $0["topic"] } == ["room:lobby", "room:lobby"])
            #expect(lines.map { $0["payload"] } == [["body": "from a client"], ["body": "from publish"]])
            #expect(lines[0]["at"]?.stringValue?.hasSuffix("Z") == true)
            try await node.process.stop()
        }
    }

    @Test("tail comes back when its node was started again")
    func tailReconnects() async throws {
        let node = try ServerProcess.start("serve", "--port", "0")
        let port = try await node.waitForPort()
        let tail = try ServerProcess.start(
            "tail", "room:lobby", "--count", "1", "--url", "ws://127.0.0.1:\(port)/socket"
        )
        try await tail.waitForLine(containing: "joined room:lobby")
        try await node.stop()
        try await tail.waitForLine(containing: "connecting again")
        let again = try ServerProcess.start("serve", "--port", "\(port)")
        _ = try await again.waitForPort()
        try await tail.waitForLine(containing: "joined room:lobby again", within: .seconds(40))
        let client = try await TestPhoenixClient.connect(port: port)
        try await client.join("room:lobby")
        try await client.push("room:lobby", "new_msg", ["body": "back"])
        #expect(try await tail.waitForExit() == .exited(0))
        try await again.stop()
    }

    @Test("tail says why it can't connect or join, and when its time is over")
    func tailFailures() async throws {
        let nobody = try await run("tail", "room:a", "--url", "ws://127.0.0.1:1")
        #expect(nobody.0 == 1)
        #expect(nobody.1 == "Error: cannot connect to ws://127.0.0.1:1/socket: Connection refused")
        let node = try ServerProcess.start("serve", "--port", "0")
        let port = try await node.waitForPort()
        let url = "ws://127.0.0.1:\(port)"
        let wrongTopic = try await run("tail", "lobby", "--url", url)
        #expect(wrongTopic.0 == 1)
        #expect(wrongTopic.1.contains(#"the server refused the join of lobby: {"reason":"unmatched topic"}"#))
        let wrongPath = try await run("tail", "room:a", "--url", "\(url)/live")
        #expect(wrongPath.0 == 1)
        #expect(wrongPath.1.contains("HTTP 404"))
        let silent = try await run("tail", "room:a", "--url", url, "--timeout", "0.5")
        #expect(silent.0 == 3)
        try await node.stop()
    }

    @Test("presence prints who is in a topic on all nodes")
    func presence() async throws {
        try await RedisServer.withServer { redis in
            let nodes = [
                try await ServerProcess.node("alpha", redis: redis.url),
                try await ServerProcess.node("beta", redis: redis.url),
            ]
            var clients: [TestPhoenixClient] = []
            for (index, user) in ["ann", "bob", "ann"].enumerated() {
                let client = try await TestPhoenixClient.connect(port: nodes[index % 2].port, query: "user=\(user)")
                try await client.join("room:lobby")
                clients.append(client)
            }
            let deadline = ContinuousClock.now + .seconds(30)
            while try await redis.command("HLEN", "cs:{room:lobby}:p") != "3", .now < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
            let environment = ["REDIS_URL": redis.url]
            let table = try await run("presence", "room:lobby", environment: environment)
            #expect(table.0 == 0)
            #expect(table.1.hasPrefix("2 present, 3 devices\nann  {"))
            let json = try await run("presence", "room:lobby", "--json", environment: environment)
            let state = try JSONValue(parsing: json.1)
            #expect(state["ann"]?["metas"]?.arrayValue?.count == 2)
            #expect(state["bob"]?["metas"]?[0]?["phx_ref"]?.stringValue?.isEmpty == false)
            #expect(state["bob"]?["metas"]?[0]?["node"]?.stringValue?.hasPrefix("beta_") == true)
            let empty = try await run("presence", "room:empty", environment: environment)
            #expect(empty == (0, "0 present, 0 devices"))
            for node in nodes { try await node.process.stop() }
        }
    }

    @Test("publish and presence say at once that a node can't be reached through HTTP")
    func noAPI() async throws {
        for arguments in [["publish", "room:a", "x"], ["presence", "room:a"]] {
            let process = try ChildProcess(
                product: "channelsocket", arguments: arguments + ["--url", "http://127.0.0.1:1"],
                environment: ["CHANNELSOCKET_API_KEY": "secret"]
            )
            #expect(try await process.waitForExit(within: .seconds(40)) == .exited(1))
            #expect(process.output == "Error: cannot reach the node at http://127.0.0.1:1: Connection refused")
        }
    }

    @Test("doctor finds nothing wrong with a fresh Redis and a node, and leaves nothing behind")
    func healthy() async throws {
        try await RedisServer.withServer { redis in
            let node = try await ServerProcess.node("alpha", redis: redis.url)
            let doctor = try await run(
                "doctor", "--json", "--url", "ws://127.0.0.1:\(node.port)", environment: ["REDIS_URL": redis.url]
            )
            let findings = try doctor.1.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
            let redisFindings = findings.filter { $0["check"]?.stringValue?.hasPrefix("Redis") == true }
            #expect(redisFindings.count == 9)
            // A busy machine answers late, and that is what the doctor is to say.
            let wrong = redisFindings.filter { $0["verdict"] != "ok" && $0["check"] != "Redis latency" }
            #expect(wrong.isEmpty, "\(wrong)")
            #expect(findings.last?["check"] == "Node")
            #expect(findings.last?["verdict"] == "ok")
            #expect(doctor.0 == 0)
            #expect(try await redis.command("PUBSUB", "CHANNELS", "*doctor*") == "")
            try await node.process.stop()
        }
    }

    @Test("doctor says what is wrong with a Redis and what to do")
    func sick() async throws {
        try await RedisServer.withServer(password: "right") { redis in
            let url = redis.url.replacingOccurrences(of: ":right@", with: ":wrong@")
            let wrong = try await run("doctor", "--redis", url)
            #expect(wrong.0 == 1)
            #expect(wrong.1.contains("FAILURE Redis: "))
            #expect(wrong.1.contains("correct the user and password in REDIS_URL"))

            try await redis.command("CONFIG", "SET", "maxmemory", "100mb")
            try await redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
            try await redis.command("CONFIG", "SET", "client-output-buffer-limit", "pubsub 1mb 512kb 60")
            let warned = try await run("doctor", "--redis", redis.url)
            #expect(warned.0 == 0)
            #expect(warned.1.contains("warning Redis memory: maxmemory 100 MiB, allkeys-lru"))
            #expect(warned.1.contains("CONFIG SET maxmemory-policy noeviction"))
            #expect(warned.1.contains("warning Redis output buffer: a node may be 1 MiB behind"))

            let rules = ["on", ">pw", "+@all", "-zadd", "-subscribe", "~cs:*", "&channels:*"]
            for rule in ["reset"] + rules { try await redis.command("ACL", "SETUSER", "node", rule) }
            let limited = "redis://node:pw@127.0.0.1:\(redis.port)"
            let denied = try await run("doctor", "--redis", limited)
            #expect(denied.0 == 1)
            #expect(denied.1.contains("FAILURE Redis"))
        }
        let nobody = try await run("doctor", "--redis", "redis://127.0.0.1:1")
        #expect(nobody.0 == 1)
        #expect(nobody.1.contains("start Redis there"))
    }

    @Test("doctor names the commands that Redis refuses to the user")
    func permissions() async throws {
        try await RedisServer.withServer { redis in
            for rule in ["on", ">pw", "+@all", "-zadd", "~cs:*", "&channels:*"] {
                try await redis.command("ACL", "SETUSER", "node", rule)
            }
            let doctor = try await run("doctor", "--redis", "redis://node:pw@127.0.0.1:\(redis.port)")
            #expect(doctor.0 == 1)
            #expect(doctor.1.contains("FAILURE Redis permissions: refused: ZADD\n"))
            #expect(doctor.1.contains("ok      Redis pub/sub"))
        }
    }

    @Test(
        "say with usage and exit code 64 what makes no sense",
        arguments: [
            (["tail"], "topics"), (["tail", "a", "--url", "redis://x"], "ws:// or wss://"),
            (["tail", "a", "--param", "x"], "--param must be like"), (["tail", "a", "--count", "0"], "--count"),
            (["tail", "a", "--join-payload", "{"], "--join-payload must be JSON"),
            (["tail", "a", "--ca-file", "/nowhere"], "/nowhere has no certificates"), (["presence", "a"], "--redis"),
            (["publish", "a", "x", #"{"a":}"#, "--redis", "redis://a"], "invalid JSON at byte 5"),
            (["publish", "a", "x", "--url", "ws://a", "--api-key", "k"], "--url must be like"),
            (["publish", "a", "x", "--url", "http://a"], "--api-key"), (["presence", "a", "--api-key", "k"], "--url"),
            (["doctor", "--redis", "x"], "--redis"), (["doctor", "--url", "x"], "--url"),
            (["health", "--port", "65536"], "--port (PORT) must be a number from 1 to 65535, not '65536'"),
            (["health", "--ca-file", "/nowhere"], "/nowhere has no certificates"),
        ]
    )
    func misuse(arguments: [String], words: String) async throws {
        let process = try ChildProcess(
            product: "channelsocket", arguments: arguments, environment: Self.nothing
        )
        #expect(try await process.waitForExit() == .exited(64))
        #expect(process.output.contains(words), "\(process.output)")
        #expect(process.output.contains("Usage: "))
    }
}

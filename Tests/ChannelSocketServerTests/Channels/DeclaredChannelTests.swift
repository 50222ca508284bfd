import ChannelSocketTesting
import Testing

@Suite("Declared channels", .timeLimit(.minutes(2)))
struct DeclaredChannelTests {
    private static let configuration = """
        channels:
          - topic: "news:*"
            join: public
            relay: none
          - topic: "chat:*"
            join: public
            events: [new_msg, typing]
            relay: others
            binary: false
            presence: param:user
            presence_meta: [param:device]
            max_payload_bytes: 64
            max_members: 2
          - topic: "slow:*"
            join: public
            relay: all
            rate: 1
          - topic: "members:*"
            join: authenticated
          - topic: "staff:*"
            join: claim
            claims: ["role equals staff"]
        """

    @Test("let members send what is declared to whom it is declared")
    func relaying() async throws {
        try await withServer { port in
            let ann = try await TestPhoenixClient.connect(port: port)
            let bob = try await TestPhoenixClient.connect(port: port)
            for client in [ann, bob] {
                try await client.join("chat:a")
                try await client.join("news:a")
            }
            #expect(try await ann.call("chat:a", "new_msg", ["body": "hi"]).status == "ok")
            #expect(try await bob.expect("new_msg", on: "chat:a").payload == ["body": "hi"])
            let refused = try await ann.call("chat:a", "dance", ["body": "hi"])
            #expect(refused.status == "error")
            #expect(refused.payload == ["reason": "event not allowed"])
            let body = JSONValue.string(String(repeating: "x", count: 100))
            #expect(try await ann.call("chat:a", "new_msg", ["body": body]).payload == ["reason": "payload too large"])
            let binary = try await ann.reply(to: ann.push("chat:a", "new_msg", binary: [1]))
            #expect(binary.payload == ["reason": "binary not allowed"])
            #expect(try await ann.call("news:a", "anything").status == "ok")
            for client in [ann, bob] { try await client.expectSilence() }
        }
    }

    @Test("refuse whom the rules do not let in, and count it")
    func refusals() async throws {
        try await withServer { port in
            let clients = [
                try await TestPhoenixClient.connect(port: port), try await TestPhoenixClient.connect(port: port),
                try await TestPhoenixClient.connect(port: port),
            ]
            #expect(try await clients[0].tryJoin("members:a").payload == ["reason": "unauthorized"])
            #expect(try await clients[0].tryJoin("staff:a").payload == ["reason": "unauthorized"])
            try await clients[0].join("chat:b")
            try await clients[1].join("chat:b")
            #expect(try await clients[2].tryJoin("chat:b").payload == ["reason": "full"])
            try await clients[2].join("chat:c")
            try await clients[0].leave("chat:b")
            try await clients[2].join("chat:b")
            let dropped = try await ServerProcess.health(of: port)["dropped"]
            #expect(dropped?["refused_joins"] == 2)
            #expect(dropped?["full_topics"] == 1)
        }
    }

    @Test("make members present under the declared key with the declared meta")
    func presence() async throws {
        try await withServer { port in
            let ann = try await TestPhoenixClient.connect(port: port, query: "user=ann&device=phone&secret=1")
            try await ann.join("chat:p")
            let state = try await ann.expect("presence_state", on: "chat:p").payload
            let meta = state["ann"]?["metas"]?[0]
            #expect(meta?["device"] == "phone")
            #expect(meta?["secret"] == nil)
            let nobody = try await TestPhoenixClient.connect(port: port)
            try await nobody.join("chat:p")
            try await nobody.expectSilence()
        }
    }

    @Test("refuse what comes faster than declared")
    func rate() async throws {
        try await withServer { port in
            let ann = try await TestPhoenixClient.connect(port: port)
            try await ann.join("slow:a")
            var refs: [String] = []
            for number in 1...40 { refs.append(try await ann.push("slow:a", "n", ["n": .number("\(number)")])) }
            var replies: [TestPhoenixMessage] = []
            for ref in refs { replies.append(try await ann.reply(to: ref)) }
            #expect(replies.prefix(2).allSatisfy { $0.status == "ok" })
            #expect(replies.contains { $0.payload == ["reason": "rate limited"] })
        }
    }

    private func withServer(_ body: (Int) async throws -> Void) async throws {
        let file = try TemporaryFile(Self.configuration)
        let server = try ServerProcess.start("serve", "--port", "0", "--config", file.path)
        try await body(server.waitForPort())
        #expect(try await server.stop() == .exited(0))
    }
}

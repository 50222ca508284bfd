import ChannelSocket
import ChannelSocketTesting
import Testing

/// Holds docs/limits.md against the server: the limits behind which a connection goes on.
@Suite("Answers at limits", .timeLimit(.minutes(3)))
struct LimitAnswersTests {
    typealias Reach = @Sendable (_ client: TestPhoenixClient) async throws -> TestPhoenixMessage

    struct Answer: Sendable, CustomTestStringConvertible {
        /// How the row in docs/limits.md begins.
        var row: String
        var change: @Sendable (inout SocketLimits) -> Void = { _ in }
        var event = "phx_reply"
        var reason: String
        var counts: [String: Int]
        /// Goes too far, and returns what the client gets for it.
        var reach: Reach
        var testDescription: String { row }
    }

    private static let joinTwo: Reach = { client in
        try await client.join("room:a")
        return try await client.tryJoin("room:b")
    }

    /// Has a callback keep more bytes than may wait.
    private static let holdBytes: @Sendable (_ client: TestPhoenixClient) async throws -> Void = { client in
        try await client.join("room:a")
        try await client.push("room:a", "sleep", ["x": .string(String(repeating: "x", count: 1_000))])
    }

    static let messages = [
        Answer(
            row: "`messageRate`", change: { $0.messageRate = RateLimit(perSecond: 0, burst: 3) },
            // The heartbeat after it counts too, although it is answered.
            reason: "rate limited", counts: ["rate_limited_messages": 2],
            reach: { client in
                for _ in 0..<3 { try await client.push("phoenix", "heartbeat") }
                return try await client.call("room:a", "echo")
            }),
        Answer(
            row: "`joinRate`", change: { $0.joinRate = RateLimit(perSecond: 0, burst: 1) },
            reason: "rate limited", counts: ["rate_limited_joins": 1], reach: joinTwo),
        Answer(
            row: "`maxChannels`", change: { $0.maxChannels = 1 },
            reason: "too many channels joined", counts: ["channels_over_limit": 1], reach: joinTwo),
        Answer(
            row: "topic without channel", reason: "unmatched topic", counts: ["unmatched_topics": 1],
            reach: { try await $0.tryJoin("lobby") }),
        Answer(
            row: "topic without channel", reason: "unmatched topic", counts: ["unmatched_topics": 1],
            reach: { try await $0.call("room:a", "echo") }),
        Answer(
            row: "topic without channel", reason: "unmatched topic", counts: ["unmatched_topics": 1],
            reach: { try await $0.tryJoin("channelsocket:nodes") }),
        Answer(
            row: "topic without channel", reason: "unmatched topic", counts: ["unmatched_topics": 1],
            reach: { try await $0.tryJoin("channelsocket.probe") }),
        Answer(
            row: "`maxMailbox`", change: { $0.maxMailbox = 2 },
            reason: "mailbox full", counts: ["full_mailboxes": 1],
            reach: { client in
                try await client.join("room:a")
                try await client.push("room:a", "sleep")
                for _ in 0..<2 { try await client.push("room:a", "echo") }
                return try await client.call("room:a", "echo")
            }),
        Answer(
            row: "`maxMailboxBytes`", change: { $0.maxMailboxBytes = 1_000 },
            reason: "mailbox full", counts: ["full_mailboxes": 1],
            reach: { client in
                try await Self.holdBytes(client)
                return try await client.call("room:a", "echo")
            }),
        Answer(
            row: "`maxMailboxBytes`", change: { $0.maxMailboxBytes = 1_000 },
            reason: "mailbox full", counts: ["full_mailboxes": 1],
            reach: { client in
                try await Self.holdBytes(client)
                return try await client.tryJoin("room:b")
            }),
        Answer(
            row: "a join that another join", reason: "joined again", counts: [:],
            reach: { client in
                for ref in ["a", "b"] as [JSONValue] {
                    try await client.send(joinRef: ref, ref: ref, "room:slow", "phx_join", [:])
                }
                return try await client.reply(to: "a")
            }),
    ]

    @Test(
        "are given and counted as docs/limits.md says, and the next heartbeat is answered",
        arguments: messages + callbacks + presences)
    func answers(expected: Answer) async throws {
        try DocumentedLimit(expected.row).expect(texts: [expected.event, expected.reason], counts: expected.counts)
        var configuration = Endpoint.Configuration()
        expected.change(&configuration.limits)
        try await withLimitedServer(configuration) { server in
            let client = try await server.connect()
            let answer = try await expected.reach(client)
            #expect(answer.event == expected.event)
            #expect(answer.status == (expected.event == "phx_reply" ? "error" : nil))
            let payload: JSONValue = ["reason": .string(expected.reason)]
            #expect(answer.payload == payload)
            #expect(try await client.call("phoenix", "heartbeat").status == "ok")
            try await server.expect(counts: expected.counts)
            // Not before: what waits for its channels is stale then.
            await client.socket.disconnect()
        }
    }

    @Test(
        "are none to what is stale, because of its join ref or because its channel has ended",
        arguments: [true, false])
    func stale(isLate: Bool) async throws {
        let counts = ["stale_messages": 1]
        try DocumentedLimit("join ref of an earlier join").expect(code: "nothing", counts: counts)
        try await withLimitedServer { server in
            let client = try await server.connect()
            try await client.join("room:a")
            if !isLate {
                try await client.push("room:a", "sleep")
                try await client.push("room:a", "echo")
            }
            try await client.join("room:a")
            try await client.expect("phx_close", on: "room:a")
            if isLate { try await client.send(joinRef: "1", ref: "late", "room:a", "echo", [:]) }
            try await client.expectSilence()
            try await server.expect(counts: counts)
        }
    }
}

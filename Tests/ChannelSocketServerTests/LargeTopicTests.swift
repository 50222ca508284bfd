import ChannelSocket
import ChannelSocketRedis
import ChannelSocketServer
import ChannelSocketTesting
import Testing

/// What clients of two nodes on one Redis get of a topic that grows beyond each limit and shrinks again.
@Suite("Presence of a large topic", .timeLimit(.minutes(3)))
struct LargeTopicTests {
    private static let topic = "room:lobby"

    /// A client, and what it knows of the topic by phoenix.js' rules.
    private final class Member {
        let client: TestPhoenixClient
        /// The refs of each key.
        private(set) var view: [String: Set<String>] = [:]
        /// The first state or summary that came, and the last summary.
        private(set) var first: TestPhoenixMessage?
        private(set) var summary: JSONValue?
        private(set) var states = 0

        init(_ user: String, on port: Int) async throws {
            client = try await TestPhoenixClient.connect(port: port, query: "user=\(user)")
            try await client.join(topic)
        }

        /// Takes messages until what it knows is as expected.
        func wait(until isReached: (Member) -> Bool) async throws {
            while !isReached(self) { apply(try await client.next(within: .seconds(30))) }
        }

        func waitForView(_ keys: Set<String>) async throws {
            try await wait { Set($0.view.keys) == keys }
        }

        func waitForSummary(_ mode: String, users: Int) async throws {
            try await wait { $0.summary?["mode"]?.stringValue == mode && $0.summary?["users"]?.intValue == users }
        }

        private func apply(_ message: TestPhoenixMessage) {
            switch message.event {
            case "presence_state":
                states += 1
                view = Self.refs(message.payload)
            case "presence_diff":
                for (key, refs) in Self.refs(message.payload["joins"]) { view[key, default: []].formUnion(refs) }
                for (key, refs) in Self.refs(message.payload["leaves"]) {
                    view[key]?.subtract(refs)
                    if view[key]?.isEmpty == true { view[key] = nil }
                }
            case "presence_summary": summary = message.payload
            default: return
            }
            if message.event != "presence_diff" { first = first ?? message }
        }

        private static func refs(_ entries: JSONValue?) -> [String: Set<String>] {
            (entries?.objectValue ?? [:]).mapValues { entry in
                Set((entry["metas"]?.arrayValue ?? []).compactMap { $0["phx_ref"]?.stringValue })
            }
        }
    }

    private func withNodes(_ body: @Sendable (_ alpha: Int, _ beta: Int) async throws -> Void) async throws {
        try await RedisServer.withServer { redis in
            let link = try RedisConfiguration(url: redis.url)
            let change: @Sendable (inout ServerConfiguration) -> Void = { configuration in
                configuration.redis.server = link
                configuration.presence.presence.gathersDiffsAbove = 3
                configuration.presence.presence.stateChunk = 4
                configuration.presence.presence.summaryAbove = 8
                configuration.presence.presence.largeWindow = .milliseconds(50)
            }
            try await RunningServer.with(change: change) { alpha in
                try await alpha.waitForHealth()
                try await RunningServer.with(change: change) { beta in
                    try await beta.waitForHealth()
                    try await body(alpha.port, beta.port)
                }
            }
        }
    }

    @Test("comes in pieces, gathered diffs and summaries on all nodes, and is exact again when it has shrunk")
    func growsAndShrinks() async throws {
        try await withNodes { alpha, beta in
            let ann = try await Member("ann", on: alpha)
            try await ann.waitForView(["ann"])
            var users: [Member] = []
            for number in 0..<5 { users.append(try await Member("u\(number)", on: beta)) }
            try await ann.waitForView(["ann", "u0", "u1", "u2", "u3", "u4"])

            // Seven members: a state of four, the rest follows.
            let bob = try await Member("bob", on: alpha)
            let seven: Set = ["ann", "bob", "u0", "u1", "u2", "u3", "u4"]
            try await bob.wait { $0.first != nil }
            #expect(bob.first?.event == "presence_state")
            #expect(bob.first?.payload.objectValue?.count == 4)
            try await bob.waitForView(seven)
            try await ann.waitForView(seven)

            for number in 5..<8 { users.append(try await Member("u\(number)", on: beta)) }
            try await ann.waitForSummary("summary", users: 10)
            try await users[0].waitForSummary("summary", users: 10)
            let eve = try await Member("eve", on: beta)
            try await eve.waitForSummary("summary", users: 11)
            #expect(eve.states == 0)
            let statesBefore = ann.states

            for member in users[2...] + [eve] { await member.client.socket.disconnect() }
            try await ann.wait { $0.summary?["mode"] == "full" && $0.states > statesBefore }
            try await ann.waitForView(["ann", "bob", "u0", "u1"])
            // From now on there are diffs again.
            await users[1].client.socket.disconnect()
            for member in [ann, bob, users[0]] { try await member.waitForView(["ann", "bob", "u0"]) }
        }
    }
}

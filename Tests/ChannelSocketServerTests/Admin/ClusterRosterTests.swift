import ChannelSocket
import ChannelSocketRedis
import ChannelSocketTesting
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import ChannelSocketServer

@Suite("The nodes of a cluster", .timeLimit(.minutes(2)))
struct ClusterRosterTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs a node's link and roster while a test looks at it.
    private func withNode(
        _ name: String, redis: RedisServer, _ body: (ClusterRoster) async throws -> Void
    ) async throws {
        let adapter = try RedisAdapter(url: redis.url, logger: logger)
        let pubSub = PubSub(adapter: adapter, node: try #require(NodeID(name)), logger: logger)
        let roster = ClusterRoster(
            NodeStatus(pubSub: pubSub, redis: adapter), on: MultiThreadedEventLoopGroup.singleton.next(),
            every: .milliseconds(50), logger: logger
        )
        try await withThrowingTaskGroup { group in
            group.addTask { try await pubSub.run() }
            group.addTask { try await roster.run() }
            try await body(roster)
            group.cancelAll()
        }
    }

    private func wait(for names: [String], in roster: ClusterRoster) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while roster.nodes.map(\.id) != names {
            guard ContinuousClock.now < deadline else {
                Issue.record("waited for \(names), last were \(roster.nodes.map(\.id))")
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test("are known to each other, until they are silent")
    func knowEachOther() async throws {
        try await RedisServer.withServer { redis in
            try await withNode("alpha", redis: redis) { alpha in
                try await withNode("beta", redis: redis) { beta in
                    try await wait(for: ["alpha", "beta"], in: beta)
                    try await wait(for: ["alpha", "beta"], in: alpha)
                }
                try await wait(for: ["alpha"], in: alpha)
            }
        }
    }

    @Test("are not made up by malformed announcements")
    func malformed() async throws {
        try await RedisServer.withServer { redis in
            try await withNode("alpha", redis: redis) { alpha in
                for payload in [
                    "{}", "[]", #"{"id":"<b>","version":"1","connections":1,"channels":1,"uptime_seconds":1}"#,
                ] {
                    let frame = #"{"event":"node","payload":\#(payload)}"#
                    let deadline = ContinuousClock.now + .seconds(30)
                    // Answers how many have taken it, which is none until the node listens.
                    while try await redis.command("PUBLISH", "channels:\(ClusterRoster.topic)", frame) == "0" {
                        try #require(ContinuousClock.now < deadline, "nobody listens")
                    }
                }
                // What omega says comes after it.
                try await withNode("omega", redis: redis) { _ in
                    try await wait(for: ["alpha", "omega"], in: alpha)
                }
            }
        }
    }
}

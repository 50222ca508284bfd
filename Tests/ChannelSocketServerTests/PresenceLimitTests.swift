import ChannelSocket
import ChannelSocketServer
import ChannelSocketTesting
import Testing

@Suite("The limit of members", .timeLimit(.minutes(1)))
struct PresenceLimitTests {
    @Test("holds without Redis, too")
    func inMemory() async throws {
        let change: (inout ServerConfiguration) -> Void = { $0.presence.presence.maxMembersPerTopic = 1 }
        try await RunningServer.with(change: change) { server in
            let ann = try await TestPhoenixClient.connect(port: server.port, query: "user=ann")
            try await ann.join("room:lobby")
            _ = try await ann.expect("presence_state", on: "room:lobby")
            let bob = try await TestPhoenixClient.connect(port: server.port, query: "user=bob")
            try await bob.join("room:lobby")
            let refusal = try await bob.expect("presence_refused", on: "room:lobby")
            #expect(refusal.payload == ["reason": "topic_full"])
        }
    }
}

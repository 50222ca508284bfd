import Testing

@testable import ChannelSocketRedis

@Suite("The reason of an outage", .timeLimit(.minutes(1)))
struct DisconnectReasonTests {
    @Test("can be asked for in the moment in which the outage ends")
    func endingOutage() async throws {
        // It does not run, so only the test changes the reason.
        let adapter = try RedisAdapter(url: "redis://127.0.0.1")
        let shard = try #require(adapter.shards.first)
        let outages = Task {
            while !Task.isCancelled {
                shard.withSubscriptions { $0.disconnectReason = $0.disconnectReason == nil ? "gone" : nil }
            }
        }
        let reasons = Set((0..<200_000).map { _ in adapter.disconnectReason })
        outages.cancel()
        await outages.value
        #expect(reasons.isSubset(of: [nil, "gone", "not running"]))
    }
}

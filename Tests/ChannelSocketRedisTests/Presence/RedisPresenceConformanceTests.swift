import ChannelSocket
import ChannelSocketRedis
import ChannelSocketTesting
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RedisPresenceConformanceTests {
    @Test("presence in Redis conforms", arguments: PresenceStoreConformance.Check.allCases)
    func conforms(_ check: PresenceStoreConformance.Check) async throws {
        try await RedisServer.withServer(listening: .unixSocket) { redis in
            let url = redis.url
            let suite = PresenceStoreConformance { topics in
                let adapter = try RedisAdapter(url: url)
                var configuration = RedisPresenceConfiguration()
                configuration.pollInterval = .milliseconds(100)
                // Pages of two, so that topics are read and reaped in several steps.
                configuration.readPage = 2
                configuration.reapBatch = 2
                return .init(
                    store: RedisPresenceStore(adapter: adapter, configuration: configuration),
                    run: { try await adapter.run(node: NodeID()) { _ in } },
                    waitUntilReady: { for topic in topics { try await adapter.subscribe(to: topic)?.get() } }
                )
            }
            try await suite.run(check)
        }
    }
}

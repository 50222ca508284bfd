import ChannelSocket
import ChannelSocketRedis
import ChannelSocketTesting
import Testing

@Suite("Adapter conformance", .timeLimit(.minutes(2))) struct AdapterConformanceTests {
    @Test("the embedded adapter", arguments: PubSubAdapterConformance.Check.allCases)
    func local(_ check: PubSubAdapterConformance.Check) async throws {
        try await PubSubAdapterConformance(reachesOtherNodes: false) { LocalAdapter() }.run(check)
    }

    @Test("the Redis adapter", arguments: PubSubAdapterConformance.Check.allCases)
    func redis(_ check: PubSubAdapterConformance.Check) async throws {
        try await RedisServer.withServer { redis in
            let url = redis.url
            try await PubSubAdapterConformance { try RedisAdapter(url: url) }.run(check)
        }
    }

    @Test("the Redis adapter with shards and a Unix domain socket", arguments: PubSubAdapterConformance.Check.allCases)
    func sharded(_ check: PubSubAdapterConformance.Check) async throws {
        try await RedisServer.withServer(listening: .unixSocket, password: "p@ss:w/rd") { redis in
            var configuration = try RedisConfiguration(url: redis.url)
            configuration.shards = 3
            try await PubSubAdapterConformance { [configuration] in RedisAdapter(configuration) }.run(check)
        }
    }
}

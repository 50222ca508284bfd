import ChannelSocket
import ChannelSocketHTTP
import Testing

@Suite("Accept limiter", .timeLimit(.minutes(2)))
struct AcceptLimiterTests {
    @Test("serves a herd of clients a little later, and refuses none")
    func herd() async throws {
        let statistics = NodeStatistics()
        var limits = ConnectionLimits()
        limits.acceptsPerSecond = 20
        limits.acceptBurst = 5
        let configuration = MountedHTTPChannel.Configuration(connections: limits)
        try await withServer(configuration: configuration, statistics: statistics) { port, _ in
            let begin = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<40 {
                    tasks.addTask {
                        try await RawClient.connect(port) { client in try await client.upgrade() }
                    }
                }
                try await tasks.waitForAll()
            }
            // At the least: 35 beyond the burst, less those accepted before the limiter was in place. A slow machine
            // only makes it more.
            #expect(ContinuousClock.now - begin > .milliseconds(500))
            #expect(statistics[.acceptPauses] > 0)
            #expect(statistics[.connectionsOverLimit] == 0)
        }
    }
}

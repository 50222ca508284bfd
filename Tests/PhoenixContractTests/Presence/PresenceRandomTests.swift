import ChannelSocketTesting
import Foundation
import Testing

/// Presence on several node processes and a real Redis, under everything that can go wrong.
///
/// `PRESENCE_SEED` repeats a history, `PRESENCE_ROUNDS` makes it longer (a round takes about half a minute).
@Suite(.timeLimit(.minutes(30)))
struct PresenceRandomTests {
    @Test("whatever happens, every client ends up with what Redis holds, and Redis with who is there")
    func randomHistory() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["PRESENCE_SEED"].flatMap(UInt64.init) ?? .random(in: 1...UInt64(UInt32.max))
        let rounds = environment["PRESENCE_ROUNDS"].flatMap(Int.init) ?? 1
        try await RedisServer.withServer { redis in
            let cluster = try await PresenceCluster(redis: redis, nodes: 3)
            var run = PresenceRun(seed: seed, cluster: cluster)
            do {
                try await run.run(rounds: rounds)
            } catch {
                try await cluster.stop()
                throw error
            }
            try await cluster.stop()
        }
    }
}

import NIOCore
import Testing

@testable import ChannelSocketRedis

@Suite("Backoff") struct RedisBackoffTests {
    @Test("doubles from half the first pause to the longest, with jitter")
    func doubles() {
        let backoff = RedisBackoff(initial: .milliseconds(50), maximum: .seconds(2))
        var generator = SeededGenerator(seed: 1)
        for (failures, ceiling) in [
            (0, 50), (1, 50), (2, 100), (3, 200), (6, 1600), (7, 2000), (100, 2000), (.max, 2000),
        ] {
            var delays: Set<Int64> = []
            for _ in 0..<100 {
                let delay = backoff.delay(afterFailures: failures, using: &generator)
                #expect(delay >= .milliseconds(Int64(ceiling / 2)) && delay <= .milliseconds(Int64(ceiling)))
                delays.insert(delay.nanoseconds)
            }
            #expect(delays.count > 50)
        }
    }

    @Test("does not trap on senseless values")
    func senseless() {
        var generator = SeededGenerator(seed: 1)
        for amount in [TimeAmount.nanoseconds(0), .nanoseconds(-5), .nanoseconds(.max)] {
            for failures in [-1, 0, 1, 70] {
                _ = RedisBackoff(initial: amount, maximum: amount).delay(afterFailures: failures, using: &generator)
            }
        }
    }
}

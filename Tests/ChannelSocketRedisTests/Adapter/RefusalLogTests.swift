import NIOCore
import Testing

@testable import ChannelSocketRedis

@Suite("Log of refused subscriptions") struct RefusalLogTests {
    private var log = RefusalLog()
    private let start = NIODeadline.uptimeNanoseconds(1)

    @Test("says the first at once, then how many there were, once a minute")
    mutating func rhythm() {
        #expect(log.take(now: start) == nil)
        for _ in 0..<3 { log.record("NOPERM no") }
        #expect(log.take(now: start).map { "\($0.message) \($0.topics)" } == "NOPERM no 3")
        log.record("NOPERM no")
        log.record("NOPERM other")
        #expect(log.take(now: start + .seconds(59)) == nil)
        #expect(log.take(now: start + .seconds(60)).map { "\($0.message) \($0.topics)" } == "NOPERM other 2")
        #expect(log.take(now: start + .hours(1)) == nil)
    }
}

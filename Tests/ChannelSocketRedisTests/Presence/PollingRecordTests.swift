import Testing

@testable import ChannelSocketRedis

@Suite("Record of polls") struct PollingRecordTests {
    private var record = PollingRecord(lease: .seconds(15), interval: .seconds(1), reconnects: 3)
    private let start = ContinuousClock.now

    @Test("allows judging others after a third of a lease without a break")
    mutating func steady() {
        #expect(judgements(at: 0...6) == [false, false, false, false, false, true, true])
    }

    @Test("begins anew when connections were lost, however soon they were back")
    mutating func reconnected() {
        _ = judgements(at: 0...6)
        #expect(judgements(at: 7...12, reconnects: 4) == [false, false, false, false, false, true])
    }

    @Test("begins anew after a poll that failed")
    mutating func failure() {
        _ = judgements(at: 0...6)
        #expect(record.begins(now: start + .seconds(7), reconnects: 3) == true)
        record.failed()
        #expect(judgements(at: 8...13) == [false, false, false, false, false, true])
    }

    @Test("begins anew after a pause, in which the node itself may have stood still")
    mutating func pause() {
        _ = judgements(at: 0...6)
        #expect(judgements(at: 12...17) == [false, false, false, false, false, true])
    }

    /// What successful polls at these seconds may do.
    private mutating func judgements(at seconds: ClosedRange<Int>, reconnects: UInt64 = 3) -> [Bool] {
        seconds.map { second in
            let now = start + .seconds(second)
            defer { record.succeeded(now: now) }
            return record.begins(now: now, reconnects: reconnects)
        }
    }
}

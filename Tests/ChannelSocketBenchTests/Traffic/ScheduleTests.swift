import Testing

@testable import ChannelSocketBench

@Suite("The schedule of an open loop")
struct ScheduleTests {
    @Test("is the same however many loops share it")
    func sharing() {
        var alone = Schedule(publishers: [0, 1, 2], of: 3, rate: 1000, start: 500)
        var even = Schedule(publishers: [0, 2], of: 3, rate: 1000, start: 500)
        var odd = Schedule(publishers: [1], of: 3, rate: 1000, start: 500)
        var apart: [UInt64: Int] = [:]
        for _ in 0..<40 {
            for next in [even.next, odd.next].compactMap(\.self) { apart[next.due] = next.publisher }
            even.advance()
            odd.advance()
        }
        for number in 0..<60 {
            #expect(alone.next?.due == 500 + UInt64(number) * 1_000_000)
            #expect(alone.next.map { apart[$0.due] } == alone.next?.publisher)
            alone.advance()
        }
    }

    @Test("of no publishers is empty")
    func empty() {
        #expect(Schedule(publishers: [], of: 3, rate: 1, start: 0).next == nil)
    }
}

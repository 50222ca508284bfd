import NIOCore
import Testing

@testable import ChannelSocketHTTP

@Suite("Accept budget")
struct AcceptBudgetTests {
    private let start = NIODeadline.uptimeNanoseconds(5_000_000_000)

    @Test("gives a burst at once, then one at a time")
    func burst() {
        var budget = AcceptBudget(perSecond: 10, burst: 3)
        for _ in 0..<3 {
            #expect(budget.delay(at: start) == nil)
            budget.take(at: start)
        }
        #expect(budget.delay(at: start) == .milliseconds(100))
        #expect(budget.delay(at: start + .milliseconds(40)) == .milliseconds(60))
        #expect(budget.delay(at: start + .milliseconds(100)) == nil)
        budget.take(at: start + .milliseconds(100))
        #expect(budget.delay(at: start + .milliseconds(100)) == .milliseconds(100))
    }

    @Test("can be overdrawn, and is never more than full")
    func overdrawn() {
        var budget = AcceptBudget(perSecond: 10, burst: 2)
        for _ in 0..<6 { budget.take(at: start) }
        #expect(budget.delay(at: start) == .milliseconds(500))
        let later = start + .hours(1)
        budget.take(at: later)
        #expect(budget.delay(at: later) == nil)
        budget.take(at: later)
        #expect(budget.delay(at: later) == .milliseconds(100))
    }

    @Test("has sensible bounds", arguments: [Int.min, 0, Int.max])
    func bounds(number: Int) {
        var budget = AcceptBudget(perSecond: number, burst: number)
        #expect(budget.delay(at: start) == nil)
        budget.take(at: start)
        budget.take(at: start)
        #expect(budget.delay(at: start + .seconds(3)) == nil)
    }
}

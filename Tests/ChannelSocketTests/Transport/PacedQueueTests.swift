import NIOCore
import Testing

@testable import ChannelSocket

@Suite("The paced queue") struct PacedQueueTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    /// What each step takes until nothing is left.
    private func batches(_ count: Int, within window: TimeAmount) -> [[Int]] {
        var queue = PacedQueue<Int>()
        for element in 0..<count { queue.append(element, within: window, now: start) }
        var batches: [[Int]] = []
        var now = start
        while !queue.isEmpty {
            now = now + PacedQueue<Int>.step
            batches.append(queue.next(now: now))
        }
        return batches
    }

    @Test("hands everything out once, in order, in equal batches over the window")
    func evenly() {
        let batches = batches(10_000, within: .seconds(5))
        #expect(batches.flatMap { $0 } == Array(0..<10_000))
        #expect((95...100).contains(batches.count))
        #expect(batches.allSatisfy { (90...110).contains($0.count) })
    }

    @Test("takes a step for each when there are few")
    func few() {
        #expect(batches(3, within: .seconds(5)) == [[0], [1], [2]])
    }

    @Test("hands everything out at once without a window, or when it is over")
    func noWindow() {
        #expect(batches(100, within: .zero).map(\.count) == [100])
        var queue = PacedQueue<Int>()
        for element in 0..<100 { queue.append(element, within: .seconds(1), now: start) }
        #expect(queue.next(now: start + .seconds(2)).count == 100)
        #expect(queue.isEmpty)
    }

    @Test("makes room in the window for what comes later")
    func later() {
        var queue = PacedQueue<Int>()
        for element in 0..<20 { queue.append(element, within: .seconds(1), now: start) }
        let first = queue.next(now: start + PacedQueue<Int>.step)
        #expect(first.count == 1)
        for element in 20..<1_000 { queue.append(element, within: .seconds(1), now: start + .milliseconds(500)) }
        #expect((45...55).contains(queue.next(now: start + .milliseconds(500)).count))
    }
}

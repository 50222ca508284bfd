import Testing

@testable import ChannelSocketBench

@Suite("Tracking numbered messages")
struct NumberTrackerTests {
    private static func note(_ numbers: [UInt64]) -> (arrivals: [NumberTracker.Arrival], received: UInt64) {
        var tracker = NumberTracker()
        let arrivals = numbers.map { tracker.note($0) }
        return (arrivals, tracker.received)
    }

    @Test("expects one after the other")
    func ordered() {
        let (arrivals, received) = Self.note(Array(0..<200))
        #expect(arrivals.allSatisfy { $0 == .expected })
        #expect(received == 200)
    }

    @Test("sees what is missing, late and doubled")
    func faults() {
        let (arrivals, received) = Self.note([0, 2, 1, 1, 2, 3, 5, 70, 5, 4])
        #expect(
            arrivals == [
                .expected, .ahead, .disordered, .duplicate, .duplicate, .expected, .ahead, .ahead, .disordered,
                .disordered,
            ]
        )
        #expect(received == 6)
    }

    @Test("does not trap on numbers nobody sent")
    func extremes() {
        let (arrivals, _) = Self.note([.max, 0, .max, .max - 1])
        #expect(arrivals.count == 4)
    }
}

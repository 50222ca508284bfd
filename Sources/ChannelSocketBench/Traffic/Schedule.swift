/// When an open loop's messages are due: the publishers take turns at a fixed rate, and each loop sends for its own.
struct Schedule {
    /// The publishers of this loop.
    let publishers: [Int]

    private let publisherCount: Int
    private let interval: Double
    private let start: UInt64
    private var round = 0
    private var turn = 0

    /// Makes the schedule of one loop.
    ///
    /// - Parameters:
    ///   - publishers: the publishers of the loop, ascending.
    ///   - publisherCount: how many there are on all loops.
    ///   - rate: messages a second from all publishers together.
    ///   - start: when the first is due.
    init(publishers: [Int], of publisherCount: Int, rate: Double, start: UInt64) {
        self.publishers = publishers
        self.publisherCount = publisherCount
        self.start = start
        interval = 1e9 / rate
    }

    /// Whose turn is next, and when.
    var next: (publisher: Int, due: UInt64)? {
        guard !publishers.isEmpty else { return nil }
        let position = Double(round * publisherCount + publishers[turn])
        return (publishers[turn], start + UInt64(position * interval))
    }

    /// Goes on to the next turn.
    mutating func advance() {
        turn += 1
        guard turn == publishers.count else { return }
        turn = 0
        round += 1
    }
}

/// Which of a publisher's numbered messages a subscriber has seen.
///
/// Remembers the last 64 numbers exactly; a number older than that which comes again counts as disordered.
struct NumberTracker {
    enum Arrival {
        case expected
        /// Some before it have not come.
        case ahead
        /// After a later one.
        case disordered
        case duplicate
    }

    /// The number that should come next.
    private(set) var next: UInt64 = 0
    /// How many different numbers have come.
    private(set) var received: UInt64 = 0
    /// Bit k: `next - 1 - k` has come.
    private var window: UInt64 = 0

    /// Notes a number.
    ///
    /// - Parameter number: what has come.
    /// - Returns: what to think of it.
    mutating func note(_ number: UInt64) -> Arrival {
        if number == next {
            next += 1
            received += 1
            window = window << 1 | 1
            return .expected
        }
        if number > next {
            let skipped = number - next
            window = skipped < 63 ? window << (skipped + 1) | 1 : 1
            next = number &+ 1
            received += 1
            return .ahead
        }
        let age = next &- 1 &- number
        guard age < 64 else { return .disordered }
        guard window & (1 << age) == 0 else { return .duplicate }
        window |= 1 << age
        received += 1
        return .disordered
    }
}

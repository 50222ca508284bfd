public import NIOCore

/// The pauses between attempts to connect: they double from attempt to attempt, and are jittered so that the nodes
/// of a cluster don't come back all at once.
public struct RedisBackoff: Hashable, Sendable {
    /// The longest first pause.
    public var initial: TimeAmount
    /// The longest pause.
    public var maximum: TimeAmount

    /// Creates a backoff.
    ///
    /// - Parameters:
    ///   - initial: the longest first pause.
    ///   - maximum: the longest pause of all.
    public init(initial: TimeAmount = .milliseconds(50), maximum: TimeAmount = .seconds(2)) {
        self.initial = initial
        self.maximum = maximum
    }

    /// The pause after a number of failed attempts: between half of the doubled time and all of it.
    func delay(afterFailures failures: Int, using generator: inout some RandomNumberGenerator) -> TimeAmount {
        var ceiling = max(1, initial.nanoseconds)
        for _ in 1..<max(1, min(failures, 64)) where ceiling < maximum.nanoseconds {
            ceiling = ceiling > .max / 2 ? .max : ceiling * 2
        }
        ceiling = max(1, min(ceiling, maximum.nanoseconds))
        return .nanoseconds(Int64.random(in: (ceiling / 2)...ceiling, using: &generator))
    }
}

/// How often something may happen: so often a second, and so often at once after a pause.
///
/// A bucket of ``burst`` tokens that gets ``perSecond`` new ones every second.
public struct RateLimit: Hashable, Sendable {
    /// How often a second for any length of time; 0 to 1,000,000,000.
    public var perSecond: Int
    /// How often at once; 1 to 1,000,000,000.
    public var burst: Int

    /// Creates a limit.
    ///
    /// - Parameters:
    ///   - perSecond: how often a second for any length of time.
    ///   - burst: how often at once after a pause.
    public init(perSecond: Int, burst: Int) {
        self.perSecond = min(max(perSecond, 0), 1_000_000_000)
        self.burst = min(max(burst, 1), 1_000_000_000)
    }
}

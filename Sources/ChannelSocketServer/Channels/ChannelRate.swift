/// How often a member may send: so many events in each second, and twice as many at once.
public struct ChannelRate: Hashable, Sendable {
    /// Events a second for any length of time.
    public var perSecond: Int
    /// Events at once after a pause.
    public var burst: Int

    /// Creates a rate.
    ///
    /// - Parameters:
    ///   - perSecond: events a second.
    ///   - burst: events at once; twice as many as a second if nil.
    public init(perSecond: Int, burst: Int? = nil) {
        self.perSecond = perSecond
        self.burst = burst ?? perSecond * 2
    }
}

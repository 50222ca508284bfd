import NIOCore

extension NIODeadline {
    /// The end of a lifetime that begins now.
    func after(_ lifetime: TimeAmount) -> NIODeadline {
        // A token may say it is good for longer than a deadline can be counted.
        self + min(lifetime, .hours(24 * 365 * 100))
    }
}

/// A rule that an implementation breaks.
public struct ConformanceFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The rule and how it was broken.
    public var message: String

    /// Creates a failure.
    public init(_ message: String) {
        self.message = message
    }

    /// The message.
    public var description: String { message }
}

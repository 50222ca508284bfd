/// A misuse of a ``RedisAdapter``.
public struct RedisAdapterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, for people.
    public var message: String

    /// Creates an error.
    public init(_ message: String) {
        self.message = message
    }

    /// The message.
    public var description: String { message }
}

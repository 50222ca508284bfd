/// Why a Redis URL can't be used; never contains the password.
public struct RedisURLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, for people.
    public var message: String

    /// Creates an error.
    public init(_ message: String) {
        self.message = message
    }

    /// The message.
    public var description: String { "Redis URL: \(message)" }
}

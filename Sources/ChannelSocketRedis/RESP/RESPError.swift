/// Bytes from Redis that are not RESP, or more than the reader may hold.
public struct RESPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure; new codes may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code.
        public let description: String

        /// The bytes are not RESP: most likely the peer is not Redis.
        public static let malformed = Code(description: "malformed")
        /// A reply exceeds the configured size, number of elements or depth.
        public static let limitExceeded = Code(description: "limit_exceeded")
        /// hiredis could not allocate memory.
        public static let outOfMemory = Code(description: "out_of_memory")
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, for people.
    public var message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}

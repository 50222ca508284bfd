/// Bytes that are not what they should be, or a message that cannot be written.
public struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure; new codes may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code, as used in logs and metrics.
        public let description: String

        /// The bytes are not valid JSON.
        public static let malformedJSON = Code(description: "malformed_json")
        /// Text is not valid UTF-8.
        public static let invalidUTF8 = Code(description: "invalid_utf8")
        /// Valid JSON, but not a message of this protocol version.
        public static let malformedMessage = Code(description: "malformed_message")
        /// A binary frame with an unknown kind or wrong sizes.
        public static let malformedBinary = Code(description: "malformed_binary")
        /// A configured limit (depth, string length) is exceeded.
        public static let limitExceeded = Code(description: "limit_exceeded")
        /// A message that the protocol version cannot carry, such as a V2 broadcast of a non-object.
        public static let notEncodable = Code(description: "not_encodable")
    }

    /// The kind of failure.
    public var code: Code
    /// What was wrong, for people; contains no payload.
    public var message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}

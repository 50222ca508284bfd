/// Something a test waited for did not happen, or happened differently.
public struct TestingError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; new codes may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code.
        public let description: String

        /// The deadline passed.
        public static let timeout = Code(description: "timeout")
        /// The peer or process ended before what was waited for came.
        public static let ended = Code(description: "ended")
        /// Something else came than what was waited for.
        public static let unexpected = Code(description: "unexpected")
        /// A file, program or value is missing or cannot be used.
        public static let unusable = Code(description: "unusable")
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

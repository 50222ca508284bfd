/// Why a publish or a subscription did not reach the bus.
public struct PubSubError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure; new codes may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code, as used in logs and metrics.
        public let description: String

        /// There is no connection to the bus.
        public static let disconnected = Code(description: "disconnected")
        /// The connection broke before the bus answered: the publish may or may not have happened.
        public static let unconfirmed = Code(description: "unconfirmed")
        /// The bus did not answer in time.
        public static let timeout = Code(description: "timeout")
        /// The bus answered with an error.
        public static let rejected = Code(description: "rejected")
        /// Too much is waiting to be sent.
        public static let overloaded = Code(description: "overloaded")
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

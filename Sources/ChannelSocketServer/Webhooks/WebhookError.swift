/// Why a webhook gave no answer that can be used.
struct WebhookError: Error, Hashable, CustomStringConvertible {
    /// The kind of failure.
    struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name, as in counters.
        let description: String

        /// Too many requests are waiting.
        static let overloaded = Code(description: "overloaded")
        /// The time is over.
        static let timeout = Code(description: "timeout")
        /// The backend can't be reached, or the connection broke.
        static let unreachable = Code(description: "unreachable")
        /// The backend answered with a status that says nothing about the client.
        static let status = Code(description: "status")
        /// The answer is not what it should be.
        static let malformed = Code(description: "malformed")
    }

    /// The kind.
    let code: Code
    /// For the log; has nothing of the request or the answer.
    let description: String

    /// Creates an error.
    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}

/// Why a token was refused, or can't be judged.
public struct TokenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of refusal.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name, as in counters.
        public let description: String

        /// There is none, and one is needed.
        public static let missing = Code(description: "missing")
        /// It is no JWT, or one that can't be judged.
        public static let malformed = Code(description: "malformed")
        /// No key of that name and algorithm is known.
        public static let unknownKey = Code(description: "unknown_key")
        /// The signature is not that of the key.
        public static let badSignature = Code(description: "bad_signature")
        /// Its time is over.
        public static let expired = Code(description: "expired")
        /// Its time has not come.
        public static let notYetValid = Code(description: "not_yet_valid")
        /// A claim is missing or has the wrong value.
        public static let wrongClaim = Code(description: "wrong_claim")
        /// The keys could not be fetched.
        public static let keysUnavailable = Code(description: "keys_unavailable")
    }

    /// The kind.
    public let code: Code
    /// A text for the client; never has parts of the token.
    public let description: String

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: the kind.
    ///   - description: a text for the client.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// The HTTP status of a connection that is refused for this.
    var status: Int {
        code == .keysUnavailable ? 503 : 401
    }
}

/// Why a presence could not be tracked, changed or read.
public struct PresenceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure; new codes may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code, as used in logs and metrics.
        public let description: String

        /// The channel tracks this key in this topic already.
        public static let alreadyTracked = Code(description: "already_tracked")
        /// The channel does not track this key in this topic.
        public static let notTracked = Code(description: "not_tracked")
        /// The meta is no JSON object, or larger than allowed.
        public static let invalidMeta = Code(description: "invalid_meta")
        /// The key is empty or longer than allowed.
        public static let invalidKey = Code(description: "invalid_key")
        /// The topic has as many members as it may have.
        public static let topicFull = Code(description: "topic_full")
        /// The channel has ended.
        public static let ended = Code(description: "ended")
        /// The store can't be reached.
        public static let unavailable = Code(description: "unavailable")
        /// The store can't be reached, and as many changes wait for it as may.
        public static let overloaded = Code(description: "overloaded")
        /// The store has no room for more.
        public static let outOfMemory = Code(description: "out_of_memory")
        /// The node was declared dead and has to bring its members back.
        public static let lost = Code(description: "lost")
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

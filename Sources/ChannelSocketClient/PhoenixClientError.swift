public import PhoenixWire

/// Why a ``PhoenixClient`` could not do what it was asked.
public struct PhoenixClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure; new codes may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code.
        public let description: String

        /// An address that makes no sense.
        public static let invalidURL = Code(description: "invalid_url")
        /// Nobody answers at the address, or not with a certificate that is trusted.
        public static let unreachable = Code(description: "unreachable")
        /// The server answered the handshake with something else than 101; see ``PhoenixClientError/status``.
        public static let handshakeRefused = Code(description: "handshake_refused")
        /// The server refused the join; see ``PhoenixClientError/response``.
        public static let joinRefused = Code(description: "join_refused")
        /// The server answered a push with an error; see ``PhoenixClientError/response``.
        public static let pushRefused = Code(description: "push_refused")
        /// No answer came in time.
        public static let timeout = Code(description: "timeout")
        /// The connection or the channel was lost before the answer came: nobody knows whether the push arrived.
        public static let disconnected = Code(description: "disconnected")
        /// The client or the channel has ended, or was not opened.
        public static let closed = Code(description: "closed")
        /// The client has a channel for the topic.
        public static let alreadyJoined = Code(description: "already_joined")
        /// Too many pushes wait for the channel to be joined again.
        public static let busy = Code(description: "busy")
        /// The server sent what the protocol does not allow.
        public static let protocolViolation = Code(description: "protocol_violation")
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, for people.
    public var message: String
    /// The HTTP status that refused the handshake.
    public var status: Int?
    /// What the server gave as its reason for refusing a join or a push.
    public var response: Payload?

    /// Creates an error.
    public init(_ code: Code, _ message: String, status: Int? = nil, response: Payload? = nil) {
        self.code = code
        self.message = message
        self.status = status
        self.response = response
    }

    /// The message.
    public var description: String { message }
}

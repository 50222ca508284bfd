public import PhoenixWire

/// What a hook makes of an event.
public struct DeclaredPush: Sendable {
    /// An event for the members of the channel.
    public struct Event: Sendable {
        /// Its name.
        public var event: String
        /// Its payload, a JSON object or binary.
        public var payload: Payload
        /// Whether whoever caused it gets it too.
        public var includesSender: Bool

        /// Creates an event.
        ///
        /// - Parameters:
        ///   - event: its name.
        ///   - payload: its payload.
        ///   - includesSender: whether whoever caused it gets it too.
        public init(_ event: String, _ payload: Payload, includesSender: Bool = true) {
            self.event = event
            self.payload = payload
            self.includesSender = includesSender
        }
    }

    /// The status of the reply.
    public var status: ReplyStatus
    /// The response of the reply.
    public var response: Payload
    /// Whether the event goes on to the members, as the channel declares it.
    public var relays: Bool
    /// What goes to the members besides.
    public var broadcasts: [Event]

    /// Creates what a hook makes of an event.
    ///
    /// - Parameters:
    ///   - status: the status of the reply.
    ///   - response: the response of the reply.
    ///   - relays: whether the event goes on to the members.
    ///   - broadcasts: what goes to the members besides.
    public init(
        status: ReplyStatus = .ok, response: Payload = .emptyObject, relays: Bool = true, broadcasts: [Event] = []
    ) {
        self.status = status
        self.response = response
        self.relays = relays
        self.broadcasts = broadcasts
    }
}

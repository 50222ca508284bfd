public import PhoenixWire

/// What a channel answers to an event from its client.
public struct ChannelResponse: Sendable {
    /// The reply, if one is due now.
    var reply: (status: ReplyStatus, payload: Payload)?
    /// Whether the channel ends afterwards.
    var stops = false

    /// Answers nothing, now; ``Socket/reply(to:_:_:)`` may answer later.
    public static let noReply = ChannelResponse()

    /// Answers nothing and ends the channel; the client gets `phx_close`.
    public static let stop = ChannelResponse(stops: true)

    /// Answers with a status and a response.
    public static func reply(_ status: ReplyStatus, _ payload: Payload = .emptyObject) -> ChannelResponse {
        ChannelResponse(reply: (status, payload))
    }

    /// Answers and ends the channel.
    public static func stop(replying status: ReplyStatus, _ payload: Payload = .emptyObject) -> ChannelResponse {
        ChannelResponse(reply: (status, payload), stops: true)
    }
}

/// Refuses a join.
public struct JoinRefused: Error, Sendable {
    /// The response the client gets, such as `{"reason":"unauthorized"}`.
    public var payload: Payload

    /// Refuses with a payload.
    public init(_ payload: Payload) {
        self.payload = payload
    }

    /// Refuses with `{"reason": reason}`.
    public init(reason: String) {
        payload = .reason(reason)
    }
}

/// An event the channel has no handler for; thrown from a callback it crashes the channel, as in Phoenix.
public struct UnhandledEvent: Error, Sendable, CustomStringConvertible {
    /// The event name.
    public var event: String

    /// Creates the error.
    public init(_ event: String) {
        self.event = event
    }

    /// A sentence for the log.
    public var description: String { "no handler for the event" }
}

/// What ended a channel.
public enum TerminateReason: Sendable {
    /// The client left.
    case left
    /// The client's connection closed.
    case closed
    /// The client joined the topic again, or the application disconnected the socket.
    case kicked
    /// The channel stopped itself.
    case stopped
    /// Its lifetime, such as that of the token that the join brought, was over; see ``Socket/expire(after:)``.
    case expired
    /// The join was refused after the channel had been made: its topic could not be subscribed, time was up, the reply
    /// could not be written, or the client joined again.
    case refused
    /// The node is shutting down.
    case shutdown
    /// A callback threw.
    case error(any Error)
}

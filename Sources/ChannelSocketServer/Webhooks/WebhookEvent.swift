/// What a webhook is asked about, or told.
public enum WebhookEvent: String, Hashable, Sendable, CaseIterable {
    /// A client wants to connect.
    case connect
    /// A client wants to join a channel.
    case join
    /// A client has sent an event.
    case push
    /// A client has left a channel, or is gone.
    case leave

    /// Whether a request whose answer was lost may be sent again: not where the backend may have acted on it already.
    var isSafeToRepeat: Bool { self != .push }
}

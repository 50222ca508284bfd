public import PhoenixWire

/// What a ``PhoenixChannel`` tells its reader.
public enum PhoenixEvent: Hashable, Sendable {
    /// A push or a broadcast of the server.
    case message(event: String, payload: Payload)
    /// The channel was joined again after it was lost; with the reply. What was sent in between was missed.
    case rejoined(Payload)
    /// The channel was lost for the reason given, and is joined again by itself; or a join of that kind was refused.
    case lost(reason: String)
    /// The reader was too far behind: so many events are missing here.
    case missed(Int)
}

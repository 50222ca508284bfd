/// What happens to the connection of a ``PhoenixClient``.
public enum PhoenixConnectionEvent: Hashable, Sendable {
    /// It is open, for the first time or again.
    case connected
    /// It was lost, or an attempt to connect failed, for the reason given; another attempt follows after the delay.
    case disconnected(reason: String, retryingIn: Duration)
    /// It has ended for the reason given, and there is no further attempt.
    case ended(reason: String)
}

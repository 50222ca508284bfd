/// The events that only the server itself may send.
///
/// Clients take them as its word: with `phx_close` anybody could throw the others out, and phoenix.js dispatches its
/// replies as `chan_reply_REF`.
enum ReservedEvents {
    private static let prefixes = ["phx_", "presence_", "chan_reply_"]

    /// What they begin with, for people.
    static let words = "phx_, presence_ or chan_reply_"

    /// Whether an event is one of them.
    static func contain(_ event: String) -> Bool {
        prefixes.contains(where: event.hasPrefix)
    }
}

internal import ChannelSocket
internal import PhoenixWire

/// The default channel: whoever joined `room:*` hears what its members send.
///
/// Any event goes but those that clients take as the server's word, with a JSON object or binary payload; the sender
/// hears it too, then gets an `ok`. The join reply names the node, which the chat page shows.
///
/// A client that connected with the parameter `user` is present under that name, and gets the presence of the room.
struct RoomChannel: ChannelCallbacks {
    /// The assign with the user's name.
    static let userKey = "user"

    let joinReply: Payload

    /// Accepts every join.
    ///
    /// - Parameter node: the identity of the node.
    /// - Throws: never; an identity is a valid JSON string.
    init(node: NodeID) throws {
        joinReply = try Payload.encoding(["node": node.description])
    }

    // Clients take these events as the server's word: a member that could broadcast `phx_close` would throw the others
    // out, and phoenix.js dispatches its replies as `chan_reply_REF`.
    private static let reservedPrefixes = ["phx_", "presence_", "chan_reply_"]

    func joined(socket: Socket) async throws {
        guard let user = socket.assigns[Self.userKey] as? String else { return }
        do {
            try await socket.track(user, joinReply)
        } catch let error as PresenceError where error.code != .ended {
            // A name that can't be tracked, or a room that is full, is no reason to go.
            try socket.push("presence_refused", .reason(error.code.description))
        }
        socket.pushPresenceState()
    }

    func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
        guard !Self.reservedPrefixes.contains(where: event.hasPrefix) else {
            return .reply(.error, .reason("reserved event"))
        }
        if case .json = payload, !payload.isJSONObject {
            return .reply(.error, .reason("the payload must be a JSON object or binary"))
        }
        try socket.broadcast(event, payload)
        return .reply(.ok)
    }
}

internal import ChannelSocket
internal import PhoenixWire

/// What a backend says to a connection: `{"allow", "reason", "id", "assigns"}`.
struct WebhookConnectAnswer: WebhookAnswer {
    /// Whether the client may connect.
    var isAllowed = true
    /// Why not.
    var reason = "refused"
    /// The HTTP status of a refusal.
    var status = 403
    /// The socket id instead of the one made of the claims.
    var id: String?
    /// What every channel of the connection starts with.
    var assigns: Assigns = [:]

    /// The answer when the backend gives none.
    static let unavailable = WebhookConnectAnswer(isAllowed: false, reason: Webhook.unavailable, status: 503)
}

extension WebhookConnectAnswer {
    init?(_ json: Payload) {
        guard let members = WebhookAnswerMembers(json), let isAllowed = members.bool("allow", otherwise: true),
            let reason = members.string("reason"), let id = members.string("id"),
            let assigns = members.assigns("assigns")
        else { return nil }
        self.init(isAllowed: isAllowed, reason: reason ?? "refused", id: id, assigns: assigns)
    }
}

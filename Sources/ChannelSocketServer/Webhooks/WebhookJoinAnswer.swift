internal import ChannelSocket
internal import PhoenixWire

/// What a backend says to a join: `{"allow", "reason", "reply", "assigns"}`.
struct WebhookJoinAnswer: WebhookAnswer {
    /// Whether the client may join.
    var isAllowed = true
    /// The response of the reply, to an accepted and to a refused join.
    var reply: Payload?
    /// More assigns of the channel.
    var assigns: Assigns = [:]

    /// The answer when the backend gives none.
    static let unavailable = WebhookJoinAnswer(isAllowed: false, reply: .reason(Webhook.unavailable))
}

extension WebhookJoinAnswer {
    init?(_ json: Payload) {
        guard let members = WebhookAnswerMembers(json), let isAllowed = members.bool("allow", otherwise: true),
            let reason = members.string("reason"), let reply = members.object("reply"),
            let assigns = members.assigns("assigns")
        else { return nil }
        self.init(
            isAllowed: isAllowed,
            reply: reply ?? (isAllowed ? nil : .reason(reason ?? "refused")),
            assigns: assigns
        )
    }
}

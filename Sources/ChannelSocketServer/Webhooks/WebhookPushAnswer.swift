internal import ChannelSocket
internal import PhoenixWire

/// What a backend says to an event: `{"reply": {"status", "response"}, "relay", "broadcast": {"event", "payload", "to"}}`.
struct WebhookPushAnswer: WebhookAnswer {
    /// A broadcast to the topic.
    struct Broadcast {
        /// The event.
        var event: String
        /// The payload.
        var payload: Payload
        /// Whether the sender does not get it.
        var toOthersOnly: Bool
    }

    /// The reply.
    var status = ReplyStatus.ok
    /// The response in it.
    var response = Payload.emptyObject
    /// What is broadcast.
    var broadcast: Broadcast?
    /// Whether the event itself goes to the members, as the channel declares it.
    var relays = true

    /// The answer when the backend gives none.
    static let unavailable = WebhookPushAnswer(
        status: .error, response: .reason(Webhook.unavailable), relays: false
    )
}

extension WebhookPushAnswer {
    init?(_ json: Payload) {
        guard let members = WebhookAnswerMembers(json), let reply = members.object("reply"),
            let broadcast = members.object("broadcast")
        else { return nil }
        self.init()
        if let reply {
            guard let members = WebhookAnswerMembers(reply), let status = members.string("status"),
                let response = members.object("response")
            else { return nil }
            switch status {
            case nil, "ok": self.status = .ok
            case "error": self.status = .error
            default: return nil
            }
            self.response = response ?? .emptyObject
        }
        // What was refused is not passed on, unless the backend says so.
        guard let relays = members.bool("relay", otherwise: status == .ok) else { return nil }
        self.relays = relays
        if let broadcast {
            guard let broadcast = Broadcast(broadcast) else { return nil }
            self.broadcast = broadcast
        }
    }
}

extension WebhookPushAnswer.Broadcast {
    fileprivate init?(_ json: Payload) {
        guard let members = WebhookAnswerMembers(json), let event = members.string("event") ?? nil, !event.isEmpty,
            let payload = members.object("payload"), let target = members.string("to"),
            ["all", "others"].contains(target ?? "all")
        else { return nil }
        self.init(event: event, payload: payload ?? .emptyObject, toOthersOnly: target == "others")
    }
}

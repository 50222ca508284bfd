internal import ChannelSocket
internal import PhoenixWire

/// Asks the backend about declared channels, as far as it wants to be asked.
extension Webhook: DeclaredChannelHook {
    func join(_ member: DeclaredMember, _ payload: Payload) async throws(JoinRefused) -> DeclaredJoin {
        guard client.wants(.join) else { return DeclaredJoin() }
        let answer = await join(member.topic, payload, Subject(member))
        guard answer.isAllowed else { throw JoinRefused(answer.reply ?? .reason("refused")) }
        return DeclaredJoin(reply: answer.reply, assigns: answer.assigns)
    }

    func push(_ member: DeclaredMember, _ event: String, _ payload: Payload) async -> DeclaredPush {
        guard client.wants(.push) else { return DeclaredPush() }
        guard let answer: WebhookPushAnswer = await push(member.topic, event, payload, Subject(member)) else {
            return DeclaredPush()
        }
        let broadcasts = answer.broadcast.map {
            [DeclaredPush.Event($0.event, $0.payload, includesSender: !$0.toOthersOnly)]
        }
        return DeclaredPush(
            status: answer.status, response: answer.response, relays: answer.relays, broadcasts: broadcasts ?? []
        )
    }

    func leave(_ member: DeclaredMember, _ reason: TerminateReason) async {
        guard client.wants(.leave) else { return }
        leave(member.topic, reason, Subject(member))
    }
}

extension Webhook.Subject {
    fileprivate init(_ member: DeclaredMember) {
        self.init(socketID: member.socketID, subscriber: member.subscriber, claims: member.claims)
    }
}

import ChannelSocket
import NIOCore
import PhoenixWire

@testable import ChannelSocketServer

/// Decodes an answer of a backend to everything it may be asked; what clients get of it must be what they understand,
/// and it must say the same when it is written and decoded again.
let webhookAnswerTarget: FuzzTarget = { input in
    guard let json = try? Payload(json: frame(input)), json.isJSONObject else { return }
    if let answer = WebhookConnectAnswer(json) {
        check(answer.assigns)
        let again = WebhookConnectAnswer(answer.json)
        precondition(again?.isAllowed == answer.isAllowed && again?.reason == answer.reason)
        precondition(again?.id == answer.id && again?.status == answer.status)
    }
    if let answer = WebhookJoinAnswer(json) {
        check(answer.assigns)
        precondition(answer.isAllowed || answer.reply != nil)
        if let reply = answer.reply { mustBeObject(reply) }
        let again = WebhookJoinAnswer(answer.json)
        precondition(again?.isAllowed == answer.isAllowed && again?.reply == answer.reply)
    }
    if let answer = WebhookPushAnswer(json) {
        mustBeObject(answer.response)
        if let broadcast = answer.broadcast {
            precondition(!broadcast.event.isEmpty)
            mustBeDelivered(Broadcast(topic: "room:lobby", event: broadcast.event, payload: broadcast.payload))
        }
        let again = WebhookPushAnswer(answer.json)
        precondition(again?.status == answer.status && again?.response == answer.response)
        precondition(again?.relays == answer.relays)
        precondition(again?.broadcast?.event == answer.broadcast?.event)
        precondition(again?.broadcast?.payload == answer.broadcast?.payload)
        precondition(again?.broadcast?.toOthersOnly == answer.broadcast?.toOthersOnly)
    }
}

/// Claims are what a token says, never what a backend does; what else there is are texts and other JSON values.
private func check(_ assigns: Assigns) {
    precondition(assigns[AuthenticatedClaims.assign] == nil)
    precondition(assigns.values.allSatisfy { $0 is String || $0 is ClaimValue })
}

extension WebhookConnectAnswer {
    /// The answer without its assigns.
    fileprivate var json: Payload {
        var json = JSONObjectText()
        json.add("allow", json: .literal(isAllowed))
        json.add("reason", reason)
        json.add("id", id)
        return json.payload
    }
}

extension WebhookJoinAnswer {
    /// The answer without its assigns.
    fileprivate var json: Payload {
        var json = JSONObjectText()
        json.add("allow", json: .literal(isAllowed))
        json.add("reply", json: reply)
        return json.payload
    }
}

extension WebhookPushAnswer {
    /// The answer.
    fileprivate var json: Payload {
        var reply = JSONObjectText()
        reply.add("status", status.rawValue)
        reply.add("response", json: response)
        var json = JSONObjectText()
        json.add("reply", json: reply.payload)
        json.add("relay", json: .literal(relays))
        json.add("broadcast", json: broadcast?.json)
        return json.payload
    }
}

extension WebhookPushAnswer.Broadcast {
    /// The broadcast as a member of the answer.
    fileprivate var json: Payload {
        var json = JSONObjectText()
        json.add("event", event)
        json.add("payload", json: payload)
        json.add("to", toOthersOnly ? "others" : "all")
        return json.payload
    }
}

extension Payload {
    /// `true` or `false`.
    fileprivate static func literal(_ value: Bool) -> Payload {
        .json(ByteBuffer(string: value ? "true" : "false"))
    }
}

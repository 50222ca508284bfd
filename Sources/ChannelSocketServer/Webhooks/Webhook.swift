internal import ChannelSocket
internal import FoundationEssentials
internal import NIOCore
internal import PhoenixWire

/// Puts what happens to clients into a backend's words, and its answers into ours.
struct Webhook: Sendable {
    /// Why a client is refused when the backend gives no answer.
    static let unavailable = "backend unavailable"

    /// The backend.
    let client: WebhookClient
    /// The identity of this node.
    let node: NodeID

    /// Who an event is about.
    struct Subject: Sendable {
        /// The socket id.
        var socketID: String?
        /// Identifies the connection in the cluster; nil while it is being decided about.
        var subscriber: SubscriberID?
        /// What a verified token says, if there is one.
        var claims: AuthenticatedClaims?
    }

    // MARK: Connections

    /// Asks whether a client may connect.
    ///
    /// - Parameters:
    ///   - request: what the client says; of its header fields none are sent.
    ///   - subject: who it is.
    ///   - tokenParameter: the query parameter that is left out.
    /// - Returns: the answer; with the default policy a refusal if there is none.
    func connect(_ request: ConnectRequest, _ subject: Subject, leavingOut tokenParameter: String?) async
        -> WebhookConnectAnswer
    {
        var params = request.params
        if let tokenParameter { params.values[tokenParameter] = nil }
        var body = envelope(.connect, subject)
        body.add("params", json: try? Payload.encoding(ConnectParamsDocument(params)))
        guard let answer: WebhookConnectAnswer = await answer(.connect, body.payload) else {
            return client.configuration.onFailure == .allow ? WebhookConnectAnswer() : .unavailable
        }
        return answer
    }

    // MARK: Channels

    /// Asks whether a client may join a channel.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - payload: the join's payload, whose token is left out.
    ///   - subject: who it is.
    /// - Returns: the answer; with the default policy a refusal if there is none.
    func join(_ topic: String, _ payload: Payload, _ subject: Subject) async -> WebhookJoinAnswer {
        var body = envelope(.join, subject)
        body.add("topic", topic)
        body.add("payload", json: payload.withoutToken)
        guard let answer: WebhookJoinAnswer = await answer(.join, body.payload) else {
            return client.configuration.onFailure == .allow ? WebhookJoinAnswer() : .unavailable
        }
        return answer
    }

    /// Hands an event of a client on, and gets what is to be answered and broadcast.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - event: the event.
    ///   - payload: the payload; binary is sent in base64.
    ///   - subject: who sent it.
    /// - Returns: the answer; with the default policy a reply of status `error` if there is none, else nil.
    func push(_ topic: String, _ event: String, _ payload: Payload, _ subject: Subject) async -> WebhookPushAnswer? {
        var body = envelope(.push, subject)
        body.add("topic", topic)
        body.add("event", event)
        switch payload {
        case .json: body.add("payload", json: payload)
        case .binary(let bytes): body.add("payload_base64", Data(bytes.readableBytesView).base64EncodedString())
        }
        guard let answer: WebhookPushAnswer = await answer(.push, body.payload) else {
            return client.configuration.onFailure == .allow ? nil : .unavailable
        }
        return answer
    }

    /// Tells that a client has left a channel.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - reason: why.
    ///   - subject: who it was.
    func leave(_ topic: String, _ reason: TerminateReason, _ subject: Subject) {
        var body = envelope(.leave, subject)
        body.add("topic", topic)
        body.add("reason", reason.name)
        client.tell(.leave, body.payload)
    }

    // MARK: Common parts

    private func envelope(_ event: WebhookEvent, _ subject: Subject) -> JSONObjectText {
        var socket = JSONObjectText()
        socket.add("id", subject.socketID)
        socket.add("subscriber", subject.subscriber?.description)
        socket.add("claims", json: subject.claims.flatMap { try? Payload.encoding($0.values) })
        var body = JSONObjectText()
        body.add("type", event.rawValue)
        // The same in repetitions, so that a backend can tell them.
        body.add("id", UUID().uuidString.lowercased())
        body.add("time", Int(Date().timeIntervalSince1970))
        body.add("node", node.description)
        body.add("socket", json: socket.payload)
        return body
    }

    private func answer<Answer: WebhookAnswer>(_ event: WebhookEvent, _ body: Payload) async -> Answer? {
        guard let json = try? await client.ask(event, body) else { return nil }
        guard let answer = Answer(json) else {
            client.malformed(event)
            return nil
        }
        return answer
    }
}

extension Payload {
    /// The payload of a join without its token, which is no business of a backend's.
    fileprivate var withoutToken: Payload {
        guard let members = try? members(), members.contains(where: { $0.name == "token" }) else { return self }
        var rest = JSONObjectText()
        for (name, value) in members where name != "token" { rest.add(name, json: value) }
        return rest.payload
    }
}

extension TerminateReason {
    /// The reason in a word.
    fileprivate var name: String {
        switch self {
        case .left: "left"
        case .closed: "closed"
        case .kicked: "kicked"
        case .stopped: "stopped"
        case .expired: "expired"
        case .refused: "refused"
        case .shutdown: "shutdown"
        case .error: "error"
        }
    }
}

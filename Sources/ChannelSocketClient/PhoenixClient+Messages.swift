internal import NIOCore
internal import PhoenixWire

/// Sending on channels and taking what the server sends.
extension PhoenixClient {
    /// Sends an event and waits for the reply.
    func push(_ topic: String, _ event: String, _ payload: Payload, timeout: Duration?) async throws -> Payload {
        guard let record = channels[topic] else { throw Self.notJoined(topic) }
        guard record.membership.isJoined || record.waiting.count < configuration.maxWaitingPushes else {
            throw PhoenixClientError(.busy, "\(record.waiting.count) pushes wait for \(topic) to be joined again")
        }
        let ref = makeRef()
        let answer = expectReply(to: ref, kind: .push, topic: topic, within: timeout ?? configuration.timeout)
        if record.membership.isJoined {
            sendPush(.init(ref: ref, event: event, payload: payload), topic)
        } else {
            channels[topic]?.waiting.append(.init(ref: ref, event: event, payload: payload))
        }
        return try await answer.get()
    }

    /// Sends a push of a joined channel.
    func sendPush(_ push: ChannelRecord.WaitingPush, _ topic: String) {
        let joinRef = channels[topic]?.membership.joinRef
        write(
            ClientMessage(joinRef: joinRef, ref: push.ref, topic: topic, event: push.event, payload: push.payload)
        ).whenFailure { [weak self] error in
            self?.assumeIsolated { $0.answer(push.ref, .failure(error)) }
        }
    }

    /// Sends an event that gets no reply.
    func send(_ topic: String, _ event: String, _ payload: Payload) async throws {
        guard let record = channels[topic] else { throw Self.notJoined(topic) }
        guard record.membership.isJoined else {
            throw PhoenixClientError(.disconnected, "\(topic) is not joined at the moment")
        }
        let message = ClientMessage(
            joinRef: record.membership.joinRef, ref: makeRef(), topic: topic, event: event, payload: payload
        )
        do {
            try await write(message).get()
        } catch is ChannelError {
            throw PhoenixClientError(.disconnected, "the connection was lost")
        }
    }

    /// Changes what the next joins of a channel send.
    func update(joinPayload: Payload, of topic: String) {
        channels[topic]?.joinPayload = joinPayload
    }

    /// Leaves a topic.
    func leave(_ topic: String) async throws {
        guard let record = channels[topic] else { return }
        let joinRef = record.membership.joinRef
        remove(topic, PhoenixClientError(.closed, "\(topic) was left"))
        guard let joinRef, case .open = phase else { return }
        _ = try await sendLeave(topic, joinRef: joinRef).get()
    }

    /// Tells the server that nobody is interested in a join any more.
    @discardableResult
    func sendLeave(_ topic: String, joinRef: String) -> EventLoopFuture<Payload> {
        let ref = makeRef()
        let answer = expectReply(to: ref, kind: .leave, topic: topic, within: configuration.timeout)
        write(ClientMessage(joinRef: joinRef, ref: ref, topic: topic, event: "phx_leave", payload: .emptyObject))
        return answer
    }

    // MARK: Replies

    /// Notes that something with that ref is about to be sent.
    func expectReply(
        to ref: String, kind: PendingReply.Kind, topic: String, within limit: Duration
    ) -> EventLoopFuture<Payload> {
        let promise = eventLoop.makePromise(of: Payload.self)
        let deadline = schedule(in: limit) { client in
            client.channels[topic]?.waiting.removeAll { $0.ref == ref }
            client.answer(ref, .failure(PhoenixClientError(.timeout, "no reply on \(topic) within \(limit)")))
        }
        replies[ref] = PendingReply(kind: kind, topic: topic, promise: promise, deadline: deadline)
        return promise.futureResult
    }

    /// Completes what waits for the reply to a ref.
    func answer(_ ref: String, _ result: Result<Payload, any Error>) {
        guard let reply = replies.removeValue(forKey: ref) else { return }
        reply.deadline.cancel()
        reply.promise.completeWith(result)
    }

    // MARK: Receiving

    /// A message came.
    func received(_ data: ByteBuffer, isBinary: Bool, on number: Int) {
        guard case .open(let channel) = phase, number == connection else { return }
        do {
            handle(isBinary ? try ServerMessage(binary: data) : try ServerMessage(text: data))
        } catch {
            disconnected(ConnectionEnd(reason: "the server sent what is no message: \(error.message)"), from: number)
            sendClose(code: 1002, on: channel)
            channel.close(promise: nil)
        }
    }

    private func handle(_ message: ServerMessage) {
        let topic = message.topic
        switch message.event {
        case "phx_reply":
            guard let ref = message.ref else { return }
            if ref == heartbeatRef {
                heartbeatRef = nil
            } else {
                handleReply(message, ref)
            }
        case "phx_close" where isCurrent(message):
            remove(topic, PhoenixClientError(.closed, "the server closed \(topic)"))
        case "phx_error" where isCurrent(message):
            let outcome = message.joinRef.flatMap { channels[topic]?.membership.crashed(ref: $0) }
            let error = PhoenixClientError(.disconnected, "the channel crashed: \(message.payload.text)")
            failReplies(of: topic, error)
            follow(outcome, topic, error)
        case "phx_close", "phx_error": break
        default:
            guard message.joinRef == nil || isCurrent(message) else { return }
            channels[topic]?.report(.message(event: message.event, payload: message.payload))
        }
    }

    private func handleReply(_ message: ServerMessage, _ ref: String) {
        guard let reply = replies[ref], reply.topic == message.topic else { return }
        guard message.isOK != true else { return answer(ref, .success(message.payload)) }
        let (code, what): (PhoenixClientError.Code, String) =
            reply.kind == .join ? (.joinRefused, "the join of \(message.topic)") : (.pushRefused, "the push")
        let words = message.payload.isBinary ? "a binary reason" : message.payload.text
        let error = PhoenixClientError(code, "the server refused \(what): \(words)", response: message.payload)
        answer(ref, .failure(error))
    }

    /// Whether a message is about the present join of its topic.
    private func isCurrent(_ message: ServerMessage) -> Bool {
        guard let joinRef = message.joinRef else { return false }
        return channels[message.topic]?.membership.joinRef == joinRef
    }

    /// Runs something later, unless the client has gone.
    func schedule(
        in delay: Duration, _ action: @escaping @Sendable (isolated PhoenixClient) -> Void
    ) -> Scheduled<Void> {
        eventLoop.scheduleTask(in: TimeAmount(delay)) { [weak self] in
            self?.assumeIsolated { action($0) }
        }
    }

    private static func notJoined(_ topic: String) -> PhoenixClientError {
        PhoenixClientError(.closed, "\(topic) is not joined")
    }
}

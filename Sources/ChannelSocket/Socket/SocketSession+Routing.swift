import Logging
import PhoenixWire

/// What happens to a client's message; reads like the `handle_in` clauses of `Phoenix.Socket`.
extension SocketSession {
    func handle(_ decoded: DecodedMessage) {
        switch decoded {
        case .message(let message):
            route(message)
        case .invalidTopic(let topicJSON, let joinRef, let ref, event: "phx_leave"):
            replyToInvalidTopic(topicJSON, joinRef: joinRef, ref: ref, .ok, .emptyObject)
        case .invalidTopic(let topicJSON, _, let ref, let event):
            statistics.count(.unmatchedTopics)
            refuseInvalidTopic(topicJSON, joinRef: .null, ref: ref, event, reason: "unmatched topic")
        }
    }

    func route(_ message: Message) {
        if isHeartbeat(message) {
            return reply(to: message, joinRef: .null, .ok, .emptyObject)
        }
        if message.event == "phx_join" {
            return join(message)
        }
        guard let channel = channels.lookUp(message.topic) else {
            if message.event == "phx_leave" {
                return reply(to: message, joinRef: message.joinRef, .ok, .emptyObject)
            }
            statistics.count(.unmatchedTopics)
            return refuse(message, joinRef: .null, reason: "unmatched topic")
        }
        guard message.joinRef.isNull || message.joinRef == channel.joinRef else {
            return statistics.count(.staleMessages)
        }
        channel.noteWorkingSet()
        channel.receive(message)
    }

    private func isHeartbeat(_ message: Message) -> Bool {
        // March's clients say phx_heartbeat.
        message.topic == "phoenix" && (message.event == "heartbeat" || message.event == "phx_heartbeat")
    }

    private func join(_ message: Message) {
        guard allowance.takeJoin(second, limits) else {
            statistics.count(.rateLimitedJoins)
            return refuseJoin(message, joinRef: message.joinRef, reason: "rate limited")
        }
        guard let route = endpoint.route(for: message.topic) else {
            statistics.count(.unmatchedTopics)
            logger.debug("join of an unmatched topic", metadata: ["channel.topic": "\(message.topic)"])
            return refuseJoin(message, joinRef: .null, reason: "unmatched topic")
        }
        let predecessor = channels.lookUp(message.topic)
        guard predecessor != nil || channels.count < limits.maxChannels else {
            statistics.count(.channelsOverLimit)
            return refuseJoin(message, joinRef: message.joinRef, reason: "too many channels joined")
        }
        // A second join of a topic replaces the first: its channel is shut down before the new one is asked.
        predecessor?.makeWay()
        guard heldBytes < limits.maxMailboxBytes else {
            statistics.count(.fullMailboxes)
            return refuseJoin(message, joinRef: message.joinRef, reason: "mailbox full")
        }
        let process = ChannelProcess(
            message, session: self, channel: route.makeChannel(), route: route.number, predecessor: predecessor
        )
        channels.register(process)
        process.enqueue(.join(message.payload.detached(ifSharing: 4_096)))
    }

    // MARK: Over the limit

    /// Answers a message that the client had no token for.
    func handleOverLimit(_ decoded: DecodedMessage) {
        guard countOverLimit() else { return }
        switch decoded {
        case .message(let message) where message.event == "phx_leave" || isHeartbeat(message):
            route(message)
        case .message(let message) where message.event == "phx_join":
            refuseJoin(message, joinRef: message.joinRef, reason: "rate limited")
        case .message(let message):
            refuse(message, joinRef: message.joinRef, reason: "rate limited")
        case .invalidTopic(_, _, _, event: "phx_leave"):
            handle(decoded)
        case .invalidTopic(let topicJSON, let joinRef, let ref, let event):
            refuseInvalidTopic(topicJSON, joinRef: joinRef, ref: ref, event, reason: "rate limited")
        }
    }

    /// Counts what was over the limit, and closes the connection when that was once too often.
    ///
    /// - Returns: whether the connection is still open.
    @discardableResult
    func countOverLimit() -> Bool {
        statistics.count(.rateLimitedMessages)
        guard allowance.isAbuse(second, limits) else { return true }
        statistics.count(.rateLimitCloses)
        connection.close(code: 1008, reason: "message rate limit exceeded")
        return false
    }

    // MARK: Answers of the socket itself

    private func refuseJoin(_ message: Message, joinRef: Ref, reason: String) {
        counters.joinsRefused.addAsOnlyWriter(1)
        refuse(message, joinRef: joinRef, reason: reason)
    }

    func refuse(_ message: Message, joinRef: Ref, reason: String) {
        reply(to: message, joinRef: joinRef, .error, .reason(reason))
    }

    private func reply(to message: Message, joinRef: Ref, _ status: ReplyStatus, _ payload: Payload) {
        sendOrLog(
            Reply(joinRef: joinRef, ref: message.ref, topic: message.topic, status: status, payload: payload)
        )
    }

    private func refuseInvalidTopic(_ topicJSON: String, joinRef: Ref, ref: Ref, _ event: String, reason: String) {
        if event == "phx_join" { counters.joinsRefused.addAsOnlyWriter(1) }
        replyToInvalidTopic(topicJSON, joinRef: joinRef, ref: ref, .error, .reason(reason))
    }

    /// A topic that is no string matches nothing, and comes back as it was.
    private func replyToInvalidTopic(
        _ topicJSON: String, joinRef: Ref, ref: Ref, _ status: ReplyStatus, _ payload: Payload
    ) {
        sendOrLog(topic: topicJSON) { serializer, buffer throws(WireError) in
            try serializer.writeReplyFrame(
                toInvalidTopic: topicJSON, joinRef: joinRef, ref: ref, status: status, payload: payload, into: &buffer
            )
        }
    }
}

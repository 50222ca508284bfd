internal import NIOCore
internal import PhoenixWire

/// Joining, pushing and leaving.
extension PhoenixClient {
    /// Registers a channel and sends its join as soon as there is a connection.
    ///
    /// - Returns: the reply to come, and the channel's events.
    func beginJoin(
        _ topic: String, _ payload: Payload
    ) throws -> (EventLoopFuture<Payload>, AsyncStream<PhoenixEvent>) {
        switch phase {
        case .idle, .ended: throw PhoenixClientError(.closed, "the client is not connected")
        case .connecting, .open, .waiting: break
        }
        guard channels[topic] == nil else { throw PhoenixClientError(.alreadyJoined, "\(topic) is joined already") }
        let (events, reporter) = AsyncStream.makeStream(
            of: PhoenixEvent.self, bufferingPolicy: .bufferingOldest(configuration.maxBufferedEvents)
        )
        lastChannel += 1
        let number = lastChannel
        let promise = eventLoop.makePromise(of: Payload.self)
        var record = ChannelRecord(number: number, joinPayload: payload, firstJoin: promise, events: reporter)
        record.firstJoinDeadline = schedule(in: configuration.timeout) { client in
            guard client.channels[topic]?.number == number else { return }
            if let ref = client.channels[topic]?.membership.joinRef { client.sendLeave(topic, joinRef: ref) }
            client.remove(topic, PhoenixClientError(.timeout, "the join of \(topic) was not answered in time"))
        }
        channels[topic] = record
        sendJoin(topic)
        return (promise.futureResult, events)
    }

    /// Sends the join of a channel that needs one.
    func sendJoin(_ topic: String) {
        guard case .open = phase, let record = channels[topic] else { return }
        let ref = makeRef()
        guard channels[topic]?.membership.begin(ref: ref) == true else { return }
        let answer = expectReply(to: ref, kind: .join, topic: topic, within: configuration.timeout)
        write(ClientMessage(joinRef: ref, ref: ref, topic: topic, event: "phx_join", payload: record.joinPayload))
        let number = record.number
        answer.whenComplete { [weak self] result in
            self?.assumeIsolated { client in
                guard client.channels[topic]?.number == number else { return }
                client.joinAnswered(topic, ref: ref, result)
            }
        }
    }

    private func joinAnswered(_ topic: String, ref: String, _ result: Result<Payload, any Error>) {
        switch result {
        case .success(let response):
            let isFirst = channels[topic]?.membership.hasJoined == false
            guard channels[topic]?.membership.accepted(ref: ref) == true else { return }
            if isFirst {
                channels[topic]?.firstJoinDeadline?.cancel()
                channels[topic]?.firstJoin.succeed(response)
            } else {
                channels[topic]?.report(.rejoined(response))
            }
            let waiting = channels[topic]?.waiting ?? []
            channels[topic]?.waiting = []
            for push in waiting { sendPush(push, topic) }
        case .failure(let error):
            if (error as? PhoenixClientError)?.code == .timeout { sendLeave(topic, joinRef: ref) }
            let outcome = channels[topic]?.membership.failed(ref: ref)
            follow(outcome, topic, error as? PhoenixClientError ?? PhoenixClientError(.disconnected, "\(error)"))
        }
    }

    /// Does what follows when a channel was lost.
    func follow(_ outcome: ChannelMembership.Outcome?, _ topic: String, _ error: PhoenixClientError) {
        switch outcome {
        case .retry(let failures):
            channels[topic]?.report(.lost(reason: error.message))
            let delay = configuration.rejoin.delay(before: failures, chance: .random(in: 0...1))
            channels[topic]?.rejoin = schedule(in: delay) { $0.sendJoin(topic) }
        case .gaveUp: remove(topic, error)
        case .ignored, nil: break
        }
    }

    /// Ends a channel.
    func remove(_ topic: String, _ error: PhoenixClientError) {
        guard var record = channels.removeValue(forKey: topic) else { return }
        record.membership.close()
        record.end(error)
        failReplies(of: topic, error)
    }

    /// Fails what waits for replies of a channel; a join has its own rules.
    func failReplies(of topic: String, _ error: PhoenixClientError) {
        for (ref, reply) in replies where reply.topic == topic && reply.kind == .push {
            replies[ref] = nil
            reply.deadline.cancel()
            reply.promise.fail(error)
        }
    }
}

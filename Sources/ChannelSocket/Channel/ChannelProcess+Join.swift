import Logging
import NIOCore
import PhoenixWire

/// The join path: callback, then subscription, then the join reply.
extension ChannelProcess {
    func open(_ payload: Payload) async throws {
        if let predecessor {
            await predecessor.ended()
            guard state == .joining else { return }
        }
        do {
            let response = try await channel.open(topic: topic, payload: payload, socket: socket())
            guard state == .joining, await subscribed(), state == .joining else { return }
            becomeMember()
            // A reply that can't be written refuses the join.
            try session.send(
                Reply(joinRef: joinRef, ref: joinMessageRef, topic: topic, status: .ok, payload: response)
            )
            state = .joined
        } catch {
            guard state == .joining else { return }
            return refuse(error)
        }
        session.statistics.channelsChanged(by: 1)
        session.counters.joinsAccepted.addAsOnlyWriter(1)
        closePredecessor()
        startClock()
        try await channel.joined(socket: socket())
    }

    /// Announces the topic and waits until its broadcasts reach this node, so that nothing published after the join
    /// reply can be missed.
    private func subscribed() async -> Bool {
        isAnnounced = true
        guard let confirmation = session.shard.announce(for: topic, pubSub: session.pubSub) else { return true }
        do {
            try await confirmation.get()
            return true
        } catch {
            // Withdrawn because the channel has ended: nobody waits for an answer.
            guard state == .joining else { return false }
            session.statistics.count(.failedSubscriptions)
            session.logger.warning(
                "join refused: no subscription", metadata: ["channel.topic": "\(topic)", "error": "\(error)"]
            )
            refuse(JoinRefused(reason: "unavailable"))
            return false
        }
    }

    private func becomeMember() {
        guard let members = session.shard.membersToChange(of: topic) else { return }
        self.members = members
        members.add(self)
    }

    /// Refuses the join and lets go of everything but a callback that is still running.
    func refuse(_ error: any Error) {
        session.counters.joinsRefused.addAsOnlyWriter(1)
        let response: Payload
        if let refusal = error as? JoinRefused {
            response = refusal.payload
        } else {
            session.statistics.count(.channelCrashes)
            session.logger.error("join crashed", metadata: ["channel.topic": "\(topic)", "error": "\(error)"])
            response = .reason("join crashed")
        }
        session.sendOrLog(Reply(joinRef: joinRef, ref: joinMessageRef, topic: topic, status: .error, payload: response))
        closePredecessor()
        // Messages sent in the hope of success get what any message to a topic not joined gets.
        let waiting = emptyMailbox()
        requestEnd(.refused)
        session.forget(self)
        for case .message(let message) in waiting {
            session.route(message)
        }
    }

    /// Ends the channel because the client joins its topic again.
    ///
    /// A join that is not decided yet is answered all the same, and whoever it was to replace is taken leave of.
    func makeWay() {
        guard state == .joining else { return shutDown(.kicked) }
        session.counters.joinsRefused.addAsOnlyWriter(1)
        session.sendOrLog(
            Reply(
                joinRef: joinRef, ref: joinMessageRef, topic: topic, status: .error, payload: .reason("joined again")
            )
        )
        closePredecessor()
        shutDown(.refused)
    }

    /// Tells the client that the channel it joined before is gone; Phoenix does so after the new join's reply.
    private func closePredecessor() {
        guard let predecessor else { return }
        self.predecessor = nil
        if case .kicked = predecessor.endReason { predecessor.sendClose("phx_close", .emptyObject) }
    }
}

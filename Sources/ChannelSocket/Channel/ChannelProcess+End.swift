import Logging
import NIOCore
import PhoenixWire

/// The ways a channel ends.
extension ChannelProcess {
    /// Has the channel ended as soon as its running callback, if any, returns.
    ///
    /// Broadcasts stop at once. A callback that does not return within the shutdown time is left to itself.
    func requestEnd(_ reason: TerminateReason) {
        guard isAlive else { return }
        if state == .joined { session.statistics.channelsChanged(by: -1) }
        state = .ending
        startClock()
        endReason = reason
        leaveTopics()
        untrackAll()
        for case .message in emptyMailbox() { session.statistics.count(.staleMessages) }
        if !isRunning { run(nil) }
    }

    /// Ends the channel from outside: cancels the running callback and gives it limited time.
    func shutDown(_ reason: TerminateReason) {
        requestEnd(reason)
        guard state == .ending else { return }
        task?.cancel()
        session.eventLoop.assumeIsolated().scheduleTask(in: session.limits.channelShutdownTimeout) { [self] in
            abandon()
        }
    }

    /// Waits until the channel has ended or was abandoned.
    func ended() async {
        guard state != .ended else { return }
        await withCheckedContinuation { endWaiters.append($0) }
    }

    /// Runs `terminate`, tells the client, and forgets the channel.
    ///
    /// Runs in the mailbox task.
    func finish(_ reason: TerminateReason) async {
        await channel.terminate(reason, socket: socket())
        endReason = reason
        becomeEnded()
    }

    /// Sends `phx_close` or `phx_error`, which carry the join ref twice.
    func sendClose(_ event: String, _ payload: Payload) {
        session.sendOrLog(Message(joinRef: joinRef, ref: joinRef, topic: topic, event: event, payload: payload))
    }

    /// Ends a channel whose callback does not return.
    func abandon() {
        guard state == .ending else { return }
        session.statistics.count(.abandonedChannels)
        session.logger.warning(
            "channel did not end in time and is left to itself", metadata: ["channel.topic": "\(topic)"]
        )
        becomeEnded()
    }

    private func becomeEnded() {
        guard state != .ended else { return }
        state = .ended
        // What was replaced may be in its callback for long, and have replaced others.
        predecessor = nil
        session.forget(self)
        switch endReason {
        case .left, .stopped: sendClose("phx_close", .emptyObject)
        case .error: sendClose("phx_error", .reason("channel_crash"))
        // Not phx_close, after which clients would not join again.
        case .expired: sendClose("phx_error", .reason("token expired"))
        case .closed, .kicked, .shutdown, .refused, nil: break
        }
        let waiters = endWaiters
        endWaiters = []
        for waiter in waiters {
            waiter.resume()
        }
    }

    private func leaveTopics() {
        let shard = session.shard
        if let members = members.take() {
            shard.willChange(members)
            members.remove(self)
        }
        if isAnnounced {
            isAnnounced = false
            shard.withdraw(from: topic, pubSub: session.pubSub)
        }
        for further in subscriptions {
            unsubscribe(from: further.topic)
        }
    }

    // MARK: Further topics

    /// Has the broadcasts of a further topic go to `handleInfo`.
    func subscribe(to further: String) async throws {
        guard isAlive, !further.hasSameBytes(as: topic), subscriptions.insert(TopicKey(further)).inserted else {
            return
        }
        let confirmation = session.shard.announce(for: further, pubSub: session.pubSub)
        session.shard.membersToChange(of: further)?.add(self as any BroadcastReceiver)
        do {
            try await confirmation?.get()
        } catch {
            // Nobody misses what was given up meanwhile.
            if subscriptions.contains(TopicKey(further)) { session.statistics.count(.failedSubscriptions) }
            unsubscribe(from: further)
            throw error
        }
    }

    func unsubscribe(from further: String) {
        guard subscriptions.remove(TopicKey(further)) != nil else { return }
        session.shard.membersToChange(of: further)?.remove(self as any BroadcastReceiver)
        session.shard.withdraw(from: further, pubSub: session.pubSub)
    }
}

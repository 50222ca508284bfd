import Logging
import PhoenixWire

/// From a message's arrival to the channel's callback and its answer.
extension ChannelProcess {
    /// Takes a message of the client in.
    func receive(_ message: Message) {
        guard isAlive else { return session.statistics.count(.staleMessages) }
        let limits = session.limits
        guard mailbox.count < limits.maxMailbox, session.heldBytes < limits.maxMailboxBytes else {
            session.statistics.count(.fullMailboxes)
            session.refuse(message, joinRef: outgoingJoinRef, reason: "mailbox full")
            return
        }
        // Other parts of its frame, which nobody has counted, are not kept with it.
        let limit = isRunning ? 256 : 4_096
        guard message.payload.shares(moreThan: limit) else { return take(message) }
        var detached = message
        detached.payload = message.payload.detached(ifSharing: limit)
        take(detached)
    }

    private func take(_ message: Message) {
        if mayHandleImmediately(message) {
            handleImmediately(message)
        } else {
            enqueue(.message(message))
        }
    }

    /// Takes in what does not come from the client; dropped and counted if the mailbox is full.
    func receive(_ item: Mailbox.Item) {
        guard isAlive else { return }
        guard mailbox.count < session.limits.maxMailbox else {
            session.statistics.count(.fullMailboxes)
            return
        }
        enqueue(item)
    }

    func enqueue(_ item: Mailbox.Item) {
        session.heldBytes += item.bytes
        if isRunning {
            mailbox.append(item)
            session.counters.noteMailbox(depth: mailbox.count)
        } else {
            run(item)
        }
    }

    /// Starts the mailbox task; with an item, which an idle channel handles without putting it into the mailbox.
    func run(_ first: Mailbox.Item?) {
        isRunning = true
        let started = Task.immediate(executorPreference: session.shard.executor) { [self] in
            await drainMailbox(first)
        }
        guard isRunning else { return }
        task = started
        if !isWatched {
            isWatched = true
            session.shard.callbacks.add(self)
        }
    }

    /// Takes everything out of the mailbox.
    func emptyMailbox() -> [Mailbox.Item] {
        let items = mailbox.removeAll()
        for item in items { session.heldBytes -= item.bytes }
        return items
    }

    private func drainMailbox(_ first: Mailbox.Item?) async {
        var next = first ?? mailbox.popFirst()
        while isAlive, !isOverdue, let item = next {
            startClock()
            do {
                if let tracer = session.pubSub.tracer {
                    try await handle(item, tracedBy: tracer)
                } else {
                    try await handle(item)
                }
            } catch {
                crash(error)
            }
            session.heldBytes -= item.bytes
            next = isOverdue ? nil : mailbox.popFirst()
        }
        if let reason = endReason {
            await finish(reason)
        }
        isRunning = false
        task = nil
        guard isOverdue else { return }
        // This task is cancelled, which must not concern the messages that waited meanwhile.
        isOverdue = false
        if isAlive, mailbox.count > 0 { run(nil) }
    }

    func handle(_ item: Mailbox.Item) async throws {
        handledRef =
            switch item {
            case .message(let message), .deferred(let message): message.ref
            case .join, .broadcast, .info: .null
            }
        switch item {
        case .join(let payload):
            try await open(payload)
        case .message(let message) where message.event == "phx_leave":
            try reply(to: message.ref, .ok, .emptyObject)
            requestEnd(.left)
        case .message(let message):
            if try !answeredImmediately(message) { try await answerDeferred(message) }
        case .deferred(let message):
            try await answerDeferred(message)
        case .broadcast(let broadcast) where broadcast.topic.hasSameBytes(as: topic):
            try await channel.handleOut(broadcast, socket: socket())
        case .broadcast(let broadcast):
            try await channel.handleInfo(broadcast, socket: socket())
        case .info(let info):
            try await channel.handleInfo(info, socket: socket())
        }
    }

    private func answerDeferred(_ message: Message) async throws {
        let response = try await channel.handleIn(
            message.event, message.payload, socket: socket(answering: message.ref)
        )
        try answer(message, with: response)
    }

    func answer(_ message: Message, with response: ChannelResponse) throws(WireError) {
        guard isAlive else { return }
        if let (status, payload) = response.reply {
            if isOverdue {
                session.statistics.count(.lateReplies)
            } else {
                try reply(to: message.ref, status, payload)
            }
        }
        if response.stops {
            requestEnd(.stopped)
        }
    }

    func crash(_ error: any Error) {
        // What a cancelled callback throws is our doing.
        guard isAlive, !isOverdue else { return }
        session.statistics.count(.channelCrashes)
        session.logger.error(
            "channel crashed", metadata: ["channel.topic": "\(topic)", "error": "\(error)"]
        )
        requestEnd(.error(error))
    }
}

extension ChannelProcess: BroadcastReceiver {
    var connectionNumber: UInt64 { session.connection.number }

    /// Handles a broadcast of a further topic that the channel subscribed to.
    func receive(_ broadcast: Broadcast) {
        receive(.broadcast(broadcast))
    }
}

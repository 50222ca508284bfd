import PhoenixWire

/// The short way of a message: into the channel's callback and out again with its answer, in the turn that read it.
extension ChannelProcess {
    /// Whether nothing comes before a message, and nothing has to go round its callback.
    func mayHandleImmediately(_ message: Message) -> Bool {
        !isRunning && state == .joined && !session.pubSub.isTraced && message.event != "phx_leave"
    }

    /// Handles a message without a task if the channel can.
    func handleImmediately(_ message: Message) {
        // What the callback brings in, such as a broadcast to its own topic that it intercepts, comes after it.
        isRunning = true
        startClock()
        handledRef = message.ref
        var isHandled = true
        do {
            isHandled = try answeredImmediately(message)
        } catch {
            crash(error)
        }
        isRunning = false
        if !isHandled {
            enqueue(.deferred(message))
        } else if state == .ending || mailbox.count > 0 {
            run(nil)
        }
    }

    /// Handles a message unless the channel leaves it to `handleIn`, and has not ended itself on the way.
    func answeredImmediately(_ message: Message) throws -> Bool {
        let socket = socket(answering: message.ref)
        if let response = try channel.handleInImmediately(message.event, message.payload, socket: socket) {
            try answer(message, with: response)
            return true
        }
        guard !isAlive else { return false }
        session.statistics.count(.staleMessages)
        return true
    }
}

import Logging
import NIOCore
import PhoenixWire
import Synchronization

/// What becomes of callbacks that take too long; ``CallbackWatch`` asks.
///
/// Two callbacks of a channel may never overlap, so nothing can go on past one that does not return. It is cancelled
/// first, and its message answered in its place. Most return then, and only their reply is lost. A channel whose
/// callback does not is given up: the client gets `phx_error`, as with any crash, and joins again.
extension ChannelProcess {
    /// Whether a callback is suspended that somebody still waits for.
    var needsWatch: Bool { isRunning && state != .ended }

    /// Notes that a callback begins, or that its time begins anew.
    func startClock() {
        callbackTick = session.shard.callbacks.tick
        session.counters.lastRoute.store(route, ordering: .relaxed)
    }

    /// Looks at how long the suspended callback has been running.
    func checkDeadline() {
        let limits = session.limits
        switch state {
        case .joining:
            // The channel that this one replaces has its own time to end.
            if let predecessor, predecessor.state != .ended { return startClock() }
            guard isPast(limits.joinTimeout) else { return }
            session.statistics.count(.joinTimeouts)
            logTimeout("join timed out")
            refuse(JoinRefused(reason: "join timeout"))
            task?.cancel()
        case .joined where !isOverdue:
            guard isPast(limits.callbackTimeout) else { return }
            cancelCallback()
        case .joined:
            guard isPast(limits.channelShutdownTimeout) else { return }
            session.statistics.count(.channelCrashes)
            requestEnd(.error(CallbackTimeout()))
            abandon()
        case .ending:
            if isPast(limits.channelShutdownTimeout) { abandon() }
        case .ended:
            break
        }
    }

    /// Whether a late answer goes to a message that was answered with the error `timeout`; counts it if so.
    func isLateReply(to ref: Ref) -> Bool {
        guard let timedOutRef, timedOutRef == ref else { return false }
        session.statistics.count(.lateReplies)
        return true
    }

    private func cancelCallback() {
        isOverdue = true
        startClock()
        session.statistics.count(.callbackTimeouts)
        logTimeout("channel callback timed out")
        if !handledRef.isNull {
            replyOrLog(to: handledRef, .error, .reason("timeout"))
            timedOutRef = handledRef
        }
        task?.cancel()
    }

    private func isPast(_ timeout: TimeAmount?) -> Bool {
        guard let timeout else { return false }
        return session.shard.callbacks.hasPassed(timeout, since: callbackTick)
    }

    private func logTimeout(_ what: Logger.Message) {
        session.logger.warning(what, metadata: ["channel.topic": "\(topic)"])
    }
}

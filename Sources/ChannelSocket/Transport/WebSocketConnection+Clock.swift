import NIOCore

/// What happens to a connection with time.
///
/// Nobody looks at a connection every second: the loop does when it might have to be closed, finds in most cases that
/// something was received meanwhile, and looks again as much later.
extension WebSocketConnection: SecondsWheelElement {
    /// Limits how long the connection may last, to the second; before ``install(on:)``.
    func end(after lifetime: TimeAmount, on eventLoop: any EventLoop) {
        // A token may say it is good for longer than a deadline can be counted.
        deadline = eventLoop.now + min(lifetime, .hours(24 * 365 * 100))
    }

    /// The second of ``TransportLoop/second`` in which to look at the connection; nil for never.
    func nextCheck(now: NIODeadline) -> UInt32? {
        var next: Int64?
        if deadline != .distantFuture {
            next = Int64(loop.second) + max(1, ((deadline - now).nanoseconds + 999_999_999) / 1_000_000_000)
        }
        if let idleSeconds { next = min(next ?? .max, Int64(lastRead) + idleSeconds) }
        return next.map(UInt32.init(clamping:))
    }

    /// Closes the connection if its time is over.
    func checkTime(now: NIODeadline) {
        guard isOpen else { return }
        if now >= deadline {
            statistics.count(.expiredSockets)
            close(code: Endpoint.expiryCloseCode, reason: "token expired")
        } else if let idleSeconds, Int64(loop.second - lastRead) >= idleSeconds {
            statistics.count(.idleTimeouts)
            close(code: 1002, reason: "idle timeout")
        }
    }

    private var idleSeconds: Int64? {
        configuration.idleTimeout.map { max(1, $0.nanoseconds / 1_000_000_000) }
    }
}

import NIOCore

/// What happens to a connection with time.
extension WebSocketConnection {
    /// Limits how long the connection may last; checked every second.
    func end(after lifetime: TimeAmount, on eventLoop: any EventLoop) {
        deadline = eventLoop.now.after(lifetime)
    }

    /// Called every second by the loop.
    func secondPassed(now: NIODeadline) {
        guard isOpen else { return }
        if now >= deadline {
            statistics.count(.expiredSockets)
            return close(code: Endpoint.expiryCloseCode, reason: "token expired")
        }
        handler?.secondPassed()
        guard let idleTimeout = configuration.idleTimeout else { return }
        idleSeconds += 1
        if Int64(idleSeconds) >= idleTimeout.nanoseconds / 1_000_000_000 {
            statistics.count(.idleTimeouts)
            close(code: 1002, reason: "idle timeout")
        }
    }
}

import NIOCore

/// The connections whose clients are to send a request, the first or a further one, in the order in which they began to
/// wait for it.
struct WaitingConnections {
    /// A connection that makes room.
    struct Displaced {
        let channel: any Channel
        /// Whether it has sent a request before.
        let hasSpoken: Bool
        /// When it began to wait.
        let start: NIODeadline
    }

    private var connections: [UInt64: Displaced] = [:]
    private var oldest: UInt64 = 0
    private var next: UInt64 = 0

    /// Takes a connection in.
    ///
    /// - Returns: its number, for ``remove(_:)``.
    mutating func append(_ channel: any Channel, hasSpoken: Bool, at now: NIODeadline) -> UInt64 {
        defer { next += 1 }
        connections[next] = Displaced(channel: channel, hasSpoken: hasSpoken, start: now)
        return next
    }

    /// Lets a connection go whose request has come, or that is closed.
    mutating func remove(_ number: UInt64) {
        connections[number] = nil
    }

    /// The one that has waited for longest.
    mutating func findOldest() -> Displaced? {
        while oldest < next {
            if let connection = connections[oldest] { return connection }
            oldest += 1
        }
        return nil
    }

    /// Takes the one out that has waited for longest.
    mutating func popOldest() -> Displaced? {
        guard let connection = findOldest() else { return nil }
        connections[oldest] = nil
        return connection
    }
}

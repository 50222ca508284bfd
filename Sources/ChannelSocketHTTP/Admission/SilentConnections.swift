import NIOCore

/// The connections that have not sent a request yet, in the order in which they came.
struct SilentConnections {
    private var channels: [UInt64: any Channel] = [:]
    private var oldest: UInt64 = 0
    private var next: UInt64 = 0

    /// Takes a connection in.
    ///
    /// - Returns: its number, for ``remove(_:)``.
    mutating func append(_ channel: any Channel) -> UInt64 {
        defer { next += 1 }
        channels[next] = channel
        return next
    }

    /// Lets a connection go that has spoken, or is closed.
    mutating func remove(_ number: UInt64) {
        channels[number] = nil
    }

    /// Takes the one out that has been silent for longest.
    mutating func popOldest() -> (any Channel)? {
        while oldest < next {
            defer { oldest += 1 }
            if let channel = channels.removeValue(forKey: oldest) { return channel }
        }
        return nil
    }
}

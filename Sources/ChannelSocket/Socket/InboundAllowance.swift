/// What a client may still send: the token buckets of one connection.
///
/// Taking a token is a comparison and a subtraction, and no clock is read: the buckets are filled by the sweep that
/// passes every connection once a second anyway.
struct InboundAllowance {
    private var messages: Int32
    private var joins: Int32
    /// Messages refused since the last second in which none was.
    private var refused: Int32 = 0
    private var refusedBefore: Int32 = 0

    /// Begins with full buckets.
    init(_ limits: SocketLimits) {
        messages = Self.capacity(limits.messageRate)
        joins = Self.capacity(limits.joinRate)
    }

    /// Takes what a message costs; false if there is nothing left.
    mutating func takeMessage() -> Bool {
        guard messages > 0 else { return false }
        messages -= 1
        return true
    }

    /// Takes what a join costs besides the message; false if there is nothing left.
    mutating func takeJoin() -> Bool {
        guard joins > 0 else { return false }
        joins -= 1
        return true
    }

    /// Counts a message that was refused, and tells whether the client has had enough of these.
    mutating func isAbuse(_ limits: SocketLimits) -> Bool {
        refused &+= 1
        return refused > limits.maxRefusedMessages
    }

    /// Fills the buckets; called once a second.
    mutating func secondPassed(_ limits: SocketLimits) {
        messages = Self.filled(messages, limits.messageRate)
        joins = Self.filled(joins, limits.joinRate)
        if refused == refusedBefore { refused = 0 }
        refusedBefore = refused
    }

    private static func capacity(_ limit: RateLimit?) -> Int32 {
        limit.map { Int32(clamping: $0.burst) } ?? .max
    }

    private static func filled(_ tokens: Int32, _ limit: RateLimit?) -> Int32 {
        guard let limit else { return .max }
        return Int32(clamping: min(Int(tokens) + limit.perSecond, limit.burst))
    }
}

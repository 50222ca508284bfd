/// What a client may still send: the token buckets of one connection.
///
/// Taking a token is two comparisons and a subtraction. The buckets are filled when a token is taken in another second
/// than the one before, by the clock of the loop, which nobody has to read: a connection that is silent costs nothing.
struct InboundAllowance {
    private var messages: Int32
    private var joins: Int32
    /// The second in which the buckets were filled last.
    private var filled: UInt32
    /// Messages refused since the last second in which none was.
    private var refused: Int32 = 0
    private var lastRefusal: UInt32 = 0

    /// Begins with full buckets.
    init(_ limits: SocketLimits, second: UInt32) {
        messages = Self.capacity(limits.messageRate)
        joins = Self.capacity(limits.joinRate)
        filled = second
    }

    /// Takes what a message costs; false if there is nothing left.
    mutating func takeMessage(_ second: UInt32, _ limits: @autoclosure () -> SocketLimits) -> Bool {
        if second != filled { fill(second, limits()) }
        guard messages > 0 else { return false }
        messages -= 1
        return true
    }

    /// Takes what a join costs besides the message; false if there is nothing left.
    mutating func takeJoin(_ second: UInt32, _ limits: @autoclosure () -> SocketLimits) -> Bool {
        if second != filled { fill(second, limits()) }
        guard joins > 0 else { return false }
        joins -= 1
        return true
    }

    /// Counts a message that was refused, and tells whether the client has had enough of these.
    mutating func isAbuse(_ second: UInt32, _ limits: SocketLimits) -> Bool {
        // A whole second lies in between.
        if second &- lastRefusal > 1 { refused = 0 }
        lastRefusal = second
        refused &+= 1
        return refused > limits.maxRefusedMessages
    }

    @inline(never)
    private mutating func fill(_ second: UInt32, _ limits: SocketLimits) {
        let seconds = Int(second &- filled)
        messages = Self.filled(messages, limits.messageRate, seconds)
        joins = Self.filled(joins, limits.joinRate, seconds)
        filled = second
    }

    private static func capacity(_ limit: RateLimit?) -> Int32 {
        limit.map { Int32(clamping: $0.burst) } ?? .max
    }

    private static func filled(_ tokens: Int32, _ limit: RateLimit?, _ seconds: Int) -> Int32 {
        guard let limit else { return .max }
        return Int32(clamping: min(Int(tokens) + limit.perSecond * seconds, limit.burst))
    }
}

import ChannelSocketTesting
import Testing

/// Something that happens to Redis or to the way to it.
struct Fault: Sendable, CustomTestStringConvertible {
    /// What shows an operator that the nodes have noticed.
    enum Sign: Sendable {
        /// Nothing has to, and nothing may.
        case none
        /// A link was made anew, perhaps too fast for anybody to see it in the health report: the log says so.
        case reconnection
        /// The health report says that the node is cut off, with these words in the reason; so do metrics and log.
        case cutOff(String)
        /// The health report says that presence is not current, with these words in the reason; so does the log.
        case stalePresence(String)
    }

    var name: String
    /// What makes it visible.
    var sign: Sign
    /// How long recovery may take with the times that the server ships with, from the end of the fault (its beginning
    /// if nobody ends it) until messages pass both ways and health is good.
    ///
    /// Each says what it is made of. They are checked by `make faults` only, since they say nothing about other times.
    var bound: Duration
    /// Whether the subscriber connections are lost, so that there is a gap in what the nodes receive; nil if the fault may
    /// be over before they are, and what was held up comes late.
    var hasGap: Bool?
    /// The password Redis wants at the beginning.
    var password: String?
    /// Whether there is another Redis to fail over to.
    var hasSpare: Bool
    /// Makes it happen.
    var strike: @Sendable (FaultCluster) async throws -> Void
    /// Ends it, once it was noticed; the nodes are to recover without this if it is nil.
    var heal: (@Sendable (FaultCluster) async throws -> Void)?

    var testDescription: String { name }

    init(
        _ name: String, sign: Sign, within bound: Duration, hasGap: Bool? = true, password: String? = nil,
        hasSpare: Bool = false,
        strike: @escaping @Sendable (FaultCluster) async throws -> Void,
        heal: (@Sendable (FaultCluster) async throws -> Void)? = nil
    ) {
        self.name = name
        self.sign = sign
        self.bound = bound
        self.hasGap = hasGap
        self.password = password
        self.hasSpare = hasSpare
        self.strike = strike
        self.heal = heal
    }
}

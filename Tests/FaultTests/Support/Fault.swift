import ChannelSocketTesting
import Testing

/// Something that happens to Redis or to the way to it.
struct Fault: Sendable, CustomTestStringConvertible {
    /// What shows that the nodes have noticed.
    enum Sign: Sendable {
        /// Nothing has to.
        case none
        /// A link was made anew.
        case reconnection
        /// Health says what is wrong, with these words in it.
        case trouble(String)
    }

    var name: String
    /// What makes it visible.
    var sign: Sign
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
        _ name: String, sign: Sign, password: String? = nil, hasSpare: Bool = false,
        strike: @escaping @Sendable (FaultCluster) async throws -> Void,
        heal: (@Sendable (FaultCluster) async throws -> Void)? = nil
    ) {
        self.name = name
        self.sign = sign
        self.password = password
        self.hasSpare = hasSpare
        self.strike = strike
        self.heal = heal
    }
}

/// A command of the handshake.
struct HandshakeStep {
    /// Which errors do no harm.
    enum Tolerance {
        /// None of them.
        case nothing
        /// Those that a Redis gives that works, but not for everything.
        case trouble
        /// All but those that concern the connection itself.
        case anything
    }

    /// The name for logs and errors.
    let name: String
    let arguments: [RedisArgument]
    /// Naming the connection may be forbidden by an ACL, and nobody needs it.
    var tolerates = Tolerance.nothing
    /// Whether the link is ready when this one is answered.
    var isLast = false

    /// Whether the connection is of no use after this error.
    func fails(with error: RedisErrorMessage) -> Bool {
        switch tolerates {
        case .nothing: true
        // Whoever does not know the command is no Redis.
        case .trouble: error.refusesConnection || error.code == "ERR"
        case .anything: error.refusesConnection
        }
    }
}

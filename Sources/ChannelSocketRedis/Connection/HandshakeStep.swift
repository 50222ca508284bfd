/// A command of the handshake.
struct HandshakeStep {
    /// The name for logs and errors.
    let name: String
    let arguments: [RedisArgument]
    /// Whether an error is fatal; naming the connection may be forbidden by an ACL, and nobody needs it.
    var isRequired = true
    /// Whether the link is ready when this one is answered.
    var isLast = false
}

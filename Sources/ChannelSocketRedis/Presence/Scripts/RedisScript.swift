/// A Lua script that Redis runs in one step.
///
/// Its time is Redis' own, so the clocks of the nodes do not matter.
struct RedisScript: Sendable {
    /// The name, for logs.
    let name: String
    let source: String
}

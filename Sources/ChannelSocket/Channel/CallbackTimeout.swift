/// Why a channel crashed whose callback neither returned in time nor when it was cancelled.
public struct CallbackTimeout: Error, Hashable, Sendable, CustomStringConvertible {
    /// A sentence for the log.
    public var description: String { "the callback neither returned in time nor when it was cancelled" }
}

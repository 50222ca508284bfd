internal import Synchronization

/// How often tokens and keys were refused, by reason; readable from any thread.
public final class AuthenticationStatistics: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    /// Creates counters that start at 0.
    public init() {}

    /// How often something was refused since the start, by reason, such as `token_expired`.
    public var refusals: [String: Int] {
        counts.withLock { $0 }
    }

    /// Counts a refused token.
    func count(_ code: TokenError.Code) {
        count("token_\(code)")
    }

    /// Counts a refusal.
    ///
    /// - Parameter reason: one of a few fixed names.
    func count(_ reason: String) {
        counts.withLock { $0[reason, default: 0] += 1 }
    }
}

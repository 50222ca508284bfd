/// A reload that would begin or cease to ask clients for tokens.
///
/// Who is connected, and which channels there are by default, rests on it; a server that was open must not seem closed,
/// nor one that was closed be opened by a line that got lost.
struct TokensNeedRestart: Error, Hashable, CustomStringConvertible {
    /// What is wrong and what helps.
    let description: String

    /// Creates an error.
    ///
    /// - Parameter isAsking: whether the running server asks for tokens.
    init(isAsking: Bool) {
        description =
            isAsking
            ? "auth: the last key for tokens can't be taken away without a restart, since that lets everybody in"
            : "auth: a server without keys for tokens can't be given the first one without a restart"
    }
}

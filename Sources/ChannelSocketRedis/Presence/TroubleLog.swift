/// Says which troubles are worth a line: each new one, and that the last one is over.
///
/// Pure.
struct TroubleLog {
    /// What is to be logged.
    enum Line: Equatable {
        case began(String)
        case ended
    }

    /// What is wrong, nil if nothing is.
    private(set) var current: String?
    /// What was logged last and is not over.
    private var logged: String?

    /// Notes what is wrong.
    ///
    /// - Parameters:
    ///   - new: what is wrong, nil if nothing is.
    ///   - isLoggedElsewhere: whether somebody else logs it.
    /// - Returns: what to log.
    mutating func note(_ new: String?, isLoggedElsewhere: Bool) -> Line? {
        current = new
        guard let new else {
            defer { logged = nil }
            return logged == nil ? nil : .ended
        }
        guard !isLoggedElsewhere, new != logged else { return nil }
        logged = new
        return .began(new)
    }
}

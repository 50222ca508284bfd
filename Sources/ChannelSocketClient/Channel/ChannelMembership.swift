/// Where a channel of a client stands, as phoenix.js' `Channel` sees it: pure, told what happens.
struct ChannelMembership: Equatable {
    enum State: Equatable {
        /// There is no connection to join through.
        case waiting
        /// The join with that ref was sent.
        case joining(String)
        /// The join with that ref was accepted.
        case joined(String)
        /// There is a connection, and the join will be tried again after a while.
        case faulted
        /// It is over.
        case closed
    }

    /// What follows when a join did not work out.
    enum Outcome: Equatable {
        /// Nothing: it was about something that is no longer so.
        case ignored
        /// It is over: a first join is not repeated.
        case gaveUp
        /// The join is to be tried again; so many attempts have failed.
        case retry(failures: Int)
    }

    private(set) var state = State.waiting
    /// Whether a join was ever accepted.
    private(set) var hasJoined = false
    private var failures = 0

    /// The ref of the present join, which the server's messages carry.
    var joinRef: String? {
        switch state {
        case .joining(let ref), .joined(let ref): ref
        case .waiting, .faulted, .closed: nil
        }
    }

    /// Whether pushes may be sent.
    var isJoined: Bool {
        guard case .joined = state else { return false }
        return true
    }

    /// There is a connection, or the time for another attempt has come.
    ///
    /// - Parameter ref: the ref of the join.
    /// - Returns: whether the join is to be sent.
    mutating func begin(ref: String) -> Bool {
        guard state == .waiting || state == .faulted else { return false }
        state = .joining(ref)
        return true
    }

    /// The join was accepted.
    ///
    /// - Returns: false if it is not the present one.
    mutating func accepted(ref: String) -> Bool {
        guard state == .joining(ref) else { return false }
        state = .joined(ref)
        hasJoined = true
        failures = 0
        return true
    }

    /// The join was refused, or not answered in time.
    mutating func failed(ref: String) -> Outcome {
        guard state == .joining(ref) else { return .ignored }
        guard hasJoined else {
            state = .closed
            return .gaveUp
        }
        return fault()
    }

    /// The channel crashed.
    mutating func crashed(ref: String) -> Outcome {
        guard state == .joined(ref) else { return .ignored }
        return fault()
    }

    /// The connection was lost.
    ///
    /// - Returns: whether the channel was joined.
    mutating func disconnected() -> Bool {
        guard state != .closed else { return false }
        defer { state = .waiting }
        return isJoined
    }

    /// The server or the user ended it.
    mutating func close() {
        state = .closed
    }

    private mutating func fault() -> Outcome {
        defer { failures += 1 }
        state = .faulted
        return .retry(failures: failures)
    }
}

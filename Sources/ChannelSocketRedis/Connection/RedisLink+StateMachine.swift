import NIOCore

extension RedisLink {
    /// The life cycle of a link: connect, handshake, ready; and once more after a pause when anything goes wrong.
    struct StateMachine {
        /// What the link has to do.
        enum Action: Equatable {
            /// Nothing.
            case none
            /// Open a connection; ``connected()`` or ``connectFailed()`` follows.
            case connect
            /// Start the handshake; ``handshakeSucceeded(now:)`` or ``closed(now:)`` follows.
            case handshake
            /// Tell the owner that the link can be used.
            case announceReady
            /// Close the connection; ``closed(now:)`` follows.
            case close
            /// Wait, then call ``retryTimerFired()``; `wasReady` says whether the owner has lost something.
            case retry(afterFailures: Int, wasReady: Bool)
            /// Tell the owner that all is over.
            case finish
        }

        private enum State: Equatable {
            case idle
            case connecting
            case handshaking
            case ready(since: NIODeadline)
            case waiting
            /// Stopped while a connection, or an attempt at one, still has to end.
            case stopping
            case stopped
        }

        private var state = State.idle
        /// Failures in a row.
        ///
        /// A connection counts as success only after it has lasted, so that a server that accepts
        /// and hangs up is not hammered.
        private var failures = 0
        private let stableAfter: TimeAmount

        /// Creates an idle link.
        ///
        /// - Parameter stableAfter: how long a connection must last to end a row of failures.
        init(stableAfter: TimeAmount) {
            self.stableAfter = stableAfter
        }

        /// The owner wants the link.
        mutating func start() -> Action {
            guard state == .idle || state == .stopped else { return .none }
            state = .connecting
            failures = 0
            return .connect
        }

        /// A connection is open.
        mutating func connected() -> Action {
            switch state {
            case .connecting:
                state = .handshaking
                return .handshake
            case .stopping: return .close
            case .idle, .handshaking, .ready, .waiting, .stopped: return .none
            }
        }

        /// No connection could be opened.
        mutating func connectFailed() -> Action {
            switch state {
            case .connecting: return retry(wasReady: false)
            case .stopping:
                state = .stopped
                return .finish
            case .idle, .handshaking, .ready, .waiting, .stopped: return .none
            }
        }

        /// Redis has accepted us.
        mutating func handshakeSucceeded(now: NIODeadline) -> Action {
            guard state == .handshaking else { return .none }
            state = .ready(since: now)
            return .announceReady
        }

        /// The connection has ended.
        mutating func closed(now: NIODeadline) -> Action {
            switch state {
            case .handshaking: return retry(wasReady: false)
            case .ready(let since):
                if now - since >= stableAfter { failures = 0 }
                return retry(wasReady: true)
            case .stopping:
                state = .stopped
                return .finish
            case .idle, .connecting, .waiting, .stopped: return .none
            }
        }

        /// The pause is over.
        mutating func retryTimerFired() -> Action {
            guard state == .waiting else { return .none }
            state = .connecting
            return .connect
        }

        /// The owner no longer wants the link.
        mutating func stop() -> Action {
            switch state {
            case .idle, .waiting:
                state = .stopped
                return .finish
            case .connecting:
                state = .stopping
                return .none
            case .handshaking, .ready:
                state = .stopping
                return .close
            case .stopping, .stopped: return .none
            }
        }

        private mutating func retry(wasReady: Bool) -> Action {
            failures += 1
            state = .waiting
            return .retry(afterFailures: failures, wasReady: wasReady)
        }
    }
}

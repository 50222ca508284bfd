internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A value that others can wait on with a deadline, so that nothing in a test needs to sleep.
final class Watched<State: Sendable>: Sendable {
    private struct Waiter: Sendable {
        var number: UInt64
        /// Looks at the state; returns what resumes the waiter once it is satisfied.
        var attempt: @Sendable (inout State) -> (@Sendable () -> Void)?
    }

    private struct Storage: Sendable {
        var state: State
        var waiters: [Waiter] = []
        var nextNumber: UInt64 = 0
    }

    private let storage: Mutex<Storage>

    init(_ state: State) {
        storage = Mutex(Storage(state: state))
    }

    /// Changes the state and wakes, in the order they came, those who waited for it.
    @discardableResult
    func update<Result: Sendable>(_ change: @Sendable (inout State) -> Result) -> Result {
        let (result, resumptions) = storage.withLock { storage in
            let result = change(&storage.state)
            var resumptions: [@Sendable () -> Void] = []
            storage.waiters.removeAll { waiter in
                guard let resume = waiter.attempt(&storage.state) else { return false }
                resumptions.append(resume)
                return true
            }
            return (result, resumptions)
        }
        // Outside of the lock, as whoever is resumed may come straight back.
        for resume in resumptions { resume() }
        return result
    }

    /// Waits until `attempt` finds what it looks for, now or after an update.
    ///
    /// - Parameters:
    ///   - limit: how long to wait.
    ///   - what: what is waited for, for the error message.
    ///   - attempt: looks at the state, may take something out of it; nil means not yet.
    /// - Returns: what `attempt` found.
    /// - Throws: ``TestingError`` of code `timeout`, or what `attempt` failed with.
    func wait<Value: Sendable>(
        within limit: Duration,
        for what: @autoclosure @escaping @Sendable () -> String,
        _ attempt: @escaping @Sendable (inout State) -> Result<Value, TestingError>?
    ) async throws -> Value {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let promise = loop.makePromise(of: Value.self)
        let (number, found) = storage.withLock { storage in
            storage.nextNumber += 1
            if let found = attempt(&storage.state) { return (storage.nextNumber, Optional(found)) }
            storage.waiters.append(
                Waiter(number: storage.nextNumber) { state in
                    guard let found = attempt(&state) else { return nil }
                    return { promise.completeWith(found.mapError { $0 as any Error }) }
                })
            return (storage.nextNumber, nil)
        }
        if let found {
            promise.completeWith(found.mapError { $0 as any Error })
            return try await promise.futureResult.get()
        }
        let timeout = loop.scheduleTask(in: TimeAmount(limit)) { [self] in
            // Whoever takes the waiter out of the list answers it.
            let removed = storage.withLock { storage in
                let count = storage.waiters.count
                storage.waiters.removeAll { $0.number == number }
                return storage.waiters.count < count
            }
            guard removed else { return }
            promise.fail(TestingError(.timeout, "waited \(limit) for \(what())"))
        }
        defer { timeout.cancel() }
        return try await promise.futureResult.get()
    }
}

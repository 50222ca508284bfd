import Synchronization

/// Waits for something no longer than it may take, whether or not it notices that it is cancelled then.
enum TimeLimit {
    /// It has taken too long.
    struct Exceeded: Error, CustomStringConvertible {
        let limit: Duration

        var description: String { "took longer than \(limit)" }
    }

    /// Runs something.
    ///
    /// - Throws: what `work` throws, or ``Exceeded``; then `work` is cancelled.
    static func run<Value: Sendable>(
        for limit: Duration, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let race = Race(continuation)
            let task = Task.immediate {
                do {
                    race.end(.success(try await work()))
                } catch {
                    race.end(.failure(error))
                }
            }
            race.limit {
                Task {
                    // It fails if it is cancelled, by the work that has ended in time.
                    guard (try? await Task.sleep(for: limit)) != nil else { return }
                    race.end(.failure(Exceeded(limit: limit)))
                    task.cancel()
                }
            }
        }
    }

    /// The work and its clock: the first to end decides.
    private final class Race<Value: Sendable>: Sendable {
        private struct State {
            var continuation: CheckedContinuation<Value, any Error>?
            var clock: Task<Void, Never>?
        }

        private let state: Mutex<State>

        init(_ continuation: CheckedContinuation<Value, any Error>) {
            state = Mutex(State(continuation: continuation))
        }

        /// Starts the clock unless the work has ended at once.
        func limit(_ start: () -> Task<Void, Never>) {
            state.withLock { if $0.continuation != nil { $0.clock = start() } }
        }

        func end(_ result: Result<Value, any Error>) {
            let ended = state.withLock { state in
                defer { state = State() }
                return state
            }
            ended.clock?.cancel()
            ended.continuation?.resume(with: result)
        }
    }
}

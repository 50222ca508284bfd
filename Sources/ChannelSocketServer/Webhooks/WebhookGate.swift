internal import Synchronization

/// Lets a limited number of requests through at a time, and a limited number wait, first come, first served.
final class WebhookGate: Sendable {
    private struct State {
        var free: Int
        var waiting: [(number: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        var lastNumber = 0
    }

    private let maxQueued: Int
    private let state: Mutex<State>

    /// Creates a gate.
    init(maxConcurrent: Int, maxQueued: Int) {
        self.maxQueued = maxQueued
        state = Mutex(State(free: maxConcurrent))
    }

    /// Does something when there is room for it.
    ///
    /// - Parameter body: what to do.
    /// - Returns: what the body returns.
    /// - Throws: ``WebhookError`` of code `overloaded` if too many wait, `CancellationError` if the task is cancelled
    ///   while it waits, and what the body throws.
    func pass<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async throws {
        enum Entry {
            case entered
            case refused
            case waits(Int)
        }
        let entry: Entry = state.withLock { state in
            if state.free > 0 {
                state.free -= 1
                return .entered
            }
            guard state.waiting.count < maxQueued else { return .refused }
            state.lastNumber += 1
            return .waits(state.lastNumber)
        }
        switch entry {
        case .entered: return
        case .refused: throw WebhookError(.overloaded, "\(maxQueued) requests are waiting already")
        case .waits(let number):
            guard await wait(number) else { throw CancellationError() }
        }
    }

    private func wait(_ number: Int) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDecided: Bool? = state.withLock { state in
                    // There may be room since, and the cancellation may have come before.
                    if Task.isCancelled { return false }
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    state.waiting.append((number, continuation))
                    return nil
                }
                if let isDecided { continuation.resume(returning: isDecided) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0).continuation }
            }
            continuation?.resume(returning: false)
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }
}

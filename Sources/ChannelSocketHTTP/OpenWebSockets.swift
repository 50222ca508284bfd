import ServiceLifecycle
import Synchronization

/// Counts the WebSockets of a server, and keeps it running in a shutdown until they are closed.
///
/// A WebSocket has no task that the server could wait for, so one task waits for all of them.
final class OpenWebSockets: Sendable {
    private struct State {
        var count = 0
        var hasKeeper = false
        var isCancelled = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// A connection is becoming a WebSocket.
    func opened() {
        state.withLock { $0.count += 1 }
    }

    /// Such a connection is closed, whatever became of it.
    func closed() {
        let waiter = state.withLock { state in
            state.count -= 1
            return state.count == 0 ? state.waiter.take() : nil
        }
        waiter?.resume()
    }

    /// Returns at once, but for the first caller: for it, when a graceful shutdown has begun and no WebSocket is open,
    /// or when the task is cancelled.
    func keepServerRunning() async {
        let isKeeper = state.withLock { state in
            guard !state.hasKeeper else { return false }
            state.hasKeeper = true
            return true
        }
        guard isKeeper else { return }
        // Throws when cancelled, which the wait then sees too.
        try? await gracefulShutdown()
        await waitUntilNoneIsOpen()
    }

    private func waitUntilNoneIsOpen() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    guard state.count > 0, !state.isCancelled else { return true }
                    state.waiter = continuation
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.isCancelled = true
                return state.waiter.take()
            }
            waiter?.resume()
        }
    }
}

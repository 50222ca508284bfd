import Synchronization
import Testing

@testable import ChannelSocketServer

@Suite("The gate of a webhook", .timeLimit(.minutes(1)))
struct WebhookGateTests {
    private final class Visitors: Sendable {
        private let state = Mutex((now: 0, most: 0, all: 0))

        var counts: (now: Int, most: Int, all: Int) { state.withLock { $0 } }

        func enter() {
            state.withLock { state in
                state.now += 1
                state.all += 1
                state.most = max(state.most, state.now)
            }
        }

        func leave() {
            state.withLock { $0.now -= 1 }
        }
    }

    @Test("lets no more through at a time than it may, and all in the end")
    func limit() async throws {
        let gate = WebhookGate(maxConcurrent: 3, maxQueued: 100)
        let inside = Visitors()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...50 {
                group.addTask {
                    try await gate.pass {
                        inside.enter()
                        await Task.yield()
                        inside.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(inside.counts.most <= 3)
        #expect(inside.counts.all == 50)
    }

    @Test("refuses whom it has no room for, and lets the next in after a cancellation")
    func full() async throws {
        let gate = WebhookGate(maxConcurrent: 1, maxQueued: 0)
        try await gate.pass {
            let error = await #expect(throws: WebhookError.self) { try await gate.pass {} }
            #expect(error?.code == .overloaded)
        }
        let waiting = WebhookGate(maxConcurrent: 1, maxQueued: 1)
        try await waiting.pass {
            let task = Task { try await waiting.pass {} }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        try await waiting.pass {}
    }
}

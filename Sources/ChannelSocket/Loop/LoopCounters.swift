import Synchronization

/// What one event loop counts, readable from any thread.
///
/// Only the loop writes, so a load and a store are enough: on the message path they cost what a plain integer costs,
/// without the locked instruction of an atomic addition.
final class LoopCounters: Sendable {
    let messagesReceived = Atomic(0)
    let bytesReceived = Atomic(0)
    let messagesSent = Atomic(0)
    let bytesSent = Atomic(0)
    let deliveries = Atomic(0)
    let joinsAccepted = Atomic(0)
    let joinsRefused = Atomic(0)
    /// The route whose callback began last, see ``CallbackRoutes``; 0 before the first one.
    let lastRoute = Atomic<Int32>(0)
    private let deepestMailboxNow = Atomic(0)
    private let deepestMailboxBefore = Atomic(0)

    /// The most that waited in one mailbox in this window or the one before.
    var deepestMailbox: Int {
        max(deepestMailboxNow.load(ordering: .relaxed), deepestMailboxBefore.load(ordering: .relaxed))
    }

    /// Notes how much waits in a mailbox.
    func noteMailbox(depth: Int) {
        if depth > deepestMailboxNow.load(ordering: .relaxed) { deepestMailboxNow.store(depth, ordering: .relaxed) }
    }

    /// Begins a new window for ``deepestMailbox``.
    func rotateMailboxWindow() {
        deepestMailboxBefore.store(deepestMailboxNow.load(ordering: .relaxed), ordering: .relaxed)
        deepestMailboxNow.store(0, ordering: .relaxed)
    }
}

extension Atomic<Int> {
    /// Adds to a value that no other thread writes.
    func addAsOnlyWriter(_ amount: Int) {
        store(load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }
}

internal import NIOCore

/// A ``LoadLoop`` as others see it.
struct LoopHandle: Sendable {
    let eventLoop: any EventLoop
    private let load: NIOLoopBound<LoadLoop>

    /// Makes the handle; on the loop.
    init(_ load: LoadLoop) {
        eventLoop = load.eventLoop
        self.load = NIOLoopBound(load, eventLoop: load.eventLoop)
    }

    /// Runs something on the loop, and waits for it.
    ///
    /// - Parameter body: what to run.
    /// - Returns: what it returns.
    /// - Throws: what it throws.
    func call<Result: Sendable>(_ body: @escaping @Sendable (LoadLoop) throws -> Result) async throws -> Result {
        try await eventLoop.submit { try body(load.value) }.get()
    }

    /// Runs something now; on the loop only.
    ///
    /// - Parameter body: what to run.
    /// - Returns: its outcome.
    func initialize(_ body: (LoadLoop) throws -> Void) -> EventLoopFuture<Void> {
        eventLoop.makeCompletedFuture { try body(load.value) }
    }

    /// Runs something on the loop, later.
    ///
    /// - Parameter body: what to run.
    func post(_ body: @escaping @Sendable (LoadLoop) -> Void) {
        eventLoop.execute { body(load.value) }
    }
}

import Synchronization

/// Holds up tasks until it is opened, and tells when one has come.
final class Gate: Sendable {
    private let visitors = AsyncStream.makeStream(of: Void.self)
    private let openings = AsyncStream.makeStream(of: Void.self)

    func wait() async {
        visitors.continuation.yield()
        for await _ in openings.stream {}
    }

    func waitForVisitor() async {
        for await _ in visitors.stream { return }
    }

    func open() {
        openings.continuation.finish()
    }
}

import Synchronization

/// Something that happens once.
final class Flag: Sendable {
    private let raised = Atomic(false)

    var isDone: Bool { raised.load(ordering: .acquiring) }

    func raise() {
        raised.store(true, ordering: .releasing)
    }
}

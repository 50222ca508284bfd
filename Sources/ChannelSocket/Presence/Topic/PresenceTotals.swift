import Synchronization

/// The sizes of all topics together.
///
/// Kept with every change: while the store is away each change asks how many wait, and there may be many topics.
final class PresenceTotals: Sendable {
    private let tracked = Atomic(0)
    private let pending = Atomic(0)
    private let mirrors = Atomic(0)

    var sum: PresenceTopic.Size {
        PresenceTopic.Size(
            tracked: tracked.load(ordering: .relaxed),
            pending: pending.load(ordering: .relaxed),
            mirrors: mirrors.load(ordering: .relaxed)
        )
    }

    func changed(from old: PresenceTopic.Size, to new: PresenceTopic.Size) {
        Self.add(new.tracked - old.tracked, to: tracked)
        Self.add(new.pending - old.pending, to: pending)
        Self.add(new.mirrors - old.mirrors, to: mirrors)
    }

    private static func add(_ difference: Int, to total: borrowing Atomic<Int>) {
        if difference != 0 { total.wrappingAdd(difference, ordering: .relaxed) }
    }
}

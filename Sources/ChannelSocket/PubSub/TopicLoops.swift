import Synchronization

/// Which event loops of the node have members of one topic.
///
/// Kept by the ``TopicTable`` and by the topic's members on each loop, so that a channel that broadcasts to its own
/// topic needs neither the table nor its lock.
final class TopicLoops: Sendable {
    private let mask = Atomic<UInt64>(0)

    /// The loops, as a bit mask.
    var all: UInt64 { mask.load(ordering: .acquiring) }

    /// Adds or removes a loop; only under the table's lock.
    func set(_ loops: UInt64) {
        mask.store(loops, ordering: .releasing)
    }
}

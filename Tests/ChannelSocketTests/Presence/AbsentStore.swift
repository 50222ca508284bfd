import ChannelSocket
import Synchronization

/// A store in memory that is away until it is told otherwise.
final class AbsentStore: PresenceStore {
    let isAway = Atomic(true)
    private let store = MemoryPresenceStore()
    private let saysSo: Bool

    init(sayingSo saysSo: Bool = true) {
        self.saysSo = saysSo
    }

    private var isThere: Bool { !isAway.load(ordering: .sequentiallyConsistent) }

    var disconnectReason: String? { isThere || !saysSo ? nil : "away" }

    func start(node: NodeID, reporting report: @escaping @Sendable (PresenceStoreEvent) -> Void) {
        store.start(node: node, reporting: report)
    }

    func run() async throws { try await store.run() }

    func apply(_ changes: [PresenceChange], to topic: String) async throws(PresenceError) -> PresenceApplied {
        guard isThere else { throw PresenceError(.unavailable, "away") }
        return try await store.apply(changes, to: topic)
    }

    func snapshot(
        of topic: String, unless known: PresenceVersion?
    ) async throws(PresenceError) -> PresenceSnapshot? {
        guard isThere else { throw PresenceError(.unavailable, "away") }
        return try await store.snapshot(of: topic, unless: known)
    }
}

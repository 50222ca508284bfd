/// Where presence is kept: the seam between ``Presence`` and memory or Redis.
///
/// A store knows each node as an *incarnation*, which owns the node's members. When an incarnation is found dead its
/// members leave. All changes of a topic are in one order, and each effective one makes exactly one diff.
///
/// ``PresenceStoreConformance`` in the testing product says what is expected, and checks it.
public protocol PresenceStore: Sendable {
    /// Why changes can't be made now, for health reports; nil when they can.
    var disconnectReason: String? { get }

    /// Begins; called once, before anything else.
    ///
    /// - Parameters:
    ///   - node: the node's identity.
    ///   - report: takes what happens. Diffs of one topic come in their order, at least for topics whose broadcasts
    ///     the node receives. Must not block, and must not call back.
    func start(node: NodeID, reporting report: @escaping @Sendable (PresenceStoreEvent) -> Void)

    /// Keeps the node's incarnation alive and watches the others, until the surrounding task is cancelled; then has
    /// the node's remaining members leave.
    ///
    /// - Throws: only what ends it for good.
    func run() async throws

    /// Carries out changes, all of them in one step.
    ///
    /// - Parameters:
    ///   - changes: at most ``PresenceConfiguration/maxChangesPerBatch``.
    ///   - topic: the topic.
    /// - Returns: what became of them.
    /// - Throws: ``PresenceError`` of code `unavailable` when they may or may not have been carried out, and of code
    ///   `out_of_memory` when none was for want of room, which leaves might make. When the
    ///   incarnation has been declared dead nothing is carried out: the code is `lost` if ``PresenceStoreEvent/lost``
    ///   has been reported and the changes can be decided anew at once, and `unavailable` if that is reported later.
    func apply(_ changes: [PresenceChange], to topic: String) async throws(PresenceError) -> PresenceApplied

    /// Reads the members of a topic.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - known: a version that need not be read again.
    /// - Returns: the members, nil if the version is the known one.
    /// - Throws: ``PresenceError`` when the store can't be reached.
    func snapshot(of topic: String, unless known: PresenceVersion?) async throws(PresenceError) -> PresenceSnapshot?
}

import PhoenixWire

/// The connections of one event loop that get the same bytes for a topic: same topic, same serializer.
///
/// Channels that want to handle some events themselves (`intercepts`) are in audiences of their own.
final class Audience {
    let serializer: Serializer
    /// The events that go to the channels instead of their clients.
    let intercepts: Set<String>
    /// What the outbox walks over: nothing but connections, side by side.
    ///
    /// Unchecked is safe: only the event loop touches them, and walks over a copy; nothing is called while they change.
    @exclusivity(unchecked) private(set) var targets: ContiguousArray<WebSocketConnection> = []
    /// The channel behind each target, at the same index; knows its index, so that leaving costs O(1).
    private var members: ContiguousArray<ChannelProcess> = []
    /// Frames of the current tick.
    ///
    /// Unchecked is safe: the outbox alone changes it, and calls nothing meanwhile but the stream.
    @exclusivity(unchecked) var pending: FrameStream?

    var isEmpty: Bool { targets.isEmpty }

    init(_ serializer: Serializer, intercepts: Set<String> = []) {
        self.serializer = serializer
        self.intercepts = intercepts
    }

    /// Hands a broadcast to the channels instead of their clients.
    func handle(_ delivery: LoopShard.Delivery) {
        // A channel may leave while it handles the broadcast; the copy keeps the walk intact.
        for member in members where member.session.connection.number != delivery.excluded {
            member.receive(.broadcast(delivery.broadcast))
        }
    }

    func add(_ member: ChannelProcess) {
        member.audience = self
        member.audienceIndex = targets.count
        targets.append(member.session.connection)
        members.append(member)
    }

    func remove(_ member: ChannelProcess) {
        member.audience = nil
        let index = member.audienceIndex
        precondition(members[index] === member, "a member is removed from the audience it was added to")
        let last = targets.count - 1
        if index != last {
            targets[index] = targets[last]
            members[index] = members[last]
            members[index].audienceIndex = index
        }
        targets.removeLast()
        members.removeLast()
    }
}

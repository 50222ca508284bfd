/// The connections of one event loop that get the same bytes for a topic: same topic, same serializer.
final class Audience {
    /// What the outbox walks over: nothing but connections, side by side.
    private(set) var targets: ContiguousArray<WebSocketConnection> = []
    /// The channel behind each target, at the same index; knows its index, so that leaving costs O(1).
    private var members: ContiguousArray<ChannelProcess> = []
    /// Frames of the current tick.
    var pending: FrameStream?

    var isEmpty: Bool { targets.isEmpty }

    func add(_ member: ChannelProcess) {
        member.audienceIndex = targets.count
        targets.append(member.session.connection)
        members.append(member)
    }

    func remove(_ member: ChannelProcess) {
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

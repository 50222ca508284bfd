import PhoenixWire

/// Something other than a plain channel that wants the broadcasts of a topic; confined to its event loop.
protocol BroadcastReceiver: AnyObject {
    /// Number of the connection it belongs to, for exclusion.
    var connectionNumber: UInt64 { get }

    /// Handles a broadcast.
    func receive(_ broadcast: Broadcast)
}

/// The members of one topic on one event loop.
final class TopicMembers {
    /// The loops with members of the topic.
    let loops: TopicLoops
    /// How many members there are or are about to be.
    var announced = 0
    private var v1: Audience?
    private var v2: Audience?
    /// Those whose channels intercept events; there are none in most topics.
    // Unchecked is safe: only the event loop touches these two, and walks over copies; nothing is called while they change.
    @exclusivity(unchecked) private var intercepting: [Audience] = []
    @exclusivity(unchecked) private var receivers: [any BroadcastReceiver] = []

    init(_ loops: TopicLoops) {
        self.loops = loops
    }

    /// How many channels are members; sockets that listen on their ids are none.
    var channelCount: Int {
        (v1?.targets.count ?? 0) + (v2?.targets.count ?? 0) + intercepting.reduce(0) { $0 + $1.targets.count }
    }

    var hasPendingFrames: Bool {
        v1?.pending != nil || v2?.pending != nil || intercepting.contains { $0.pending != nil }
    }

    /// Encodes a broadcast once per serializer in use and appends it to the outbox; hands it to the receivers.
    func dispatch(_ delivery: LoopShard.Delivery, outbox: Outbox, statistics: NodeStatistics) {
        if let v2 { append(delivery, to: v2, outbox: outbox, statistics: statistics) }
        if let v1 { append(delivery, to: v1, outbox: outbox, statistics: statistics) }
        for audience in intercepting {
            if audience.intercepts.contains(delivery.broadcast.event) {
                audience.handle(delivery)
            } else {
                append(delivery, to: audience, outbox: outbox, statistics: statistics)
            }
        }
        guard !receivers.isEmpty else { return }
        // A receiver may leave while it handles the broadcast; the copy keeps the walk intact.
        for receiver in receivers where delivery.excluded == 0 || receiver.connectionNumber != delivery.excluded {
            receiver.receive(delivery.broadcast)
        }
    }

    private func append(
        _ delivery: LoopShard.Delivery, to audience: Audience, outbox: Outbox, statistics: NodeStatistics
    ) {
        guard !audience.isEmpty else { return }
        do {
            try outbox.append(to: audience, excluding: delivery.excluded) { buffer throws(WireError) in
                try audience.serializer.writeFrame(delivery.broadcast, into: &buffer)
            }
        } catch {
            statistics.count(.unencodableBroadcasts)
        }
    }

    // MARK: Membership

    func add(_ member: ChannelProcess) {
        audience(for: member).add(member)
    }

    func remove(_ member: ChannelProcess) {
        member.audience?.remove(member)
    }

    /// The audience for a channel, made when it is the first one.
    private func audience(for member: ChannelProcess) -> Audience {
        let serializer = member.session.serializer
        let intercepts = member.channel.intercepts
        if !intercepts.isEmpty {
            let known = intercepting.first { $0.serializer == serializer && $0.intercepts == intercepts }
            if let known { return known }
            let audience = Audience(serializer, intercepts: intercepts)
            intercepting.append(audience)
            return audience
        }
        let audience = (serializer == .v1 ? v1 : v2) ?? Audience(serializer)
        if serializer == .v1 { v1 = audience } else { v2 = audience }
        return audience
    }

    func add(_ receiver: any BroadcastReceiver) {
        receivers.append(receiver)
    }

    func remove(_ receiver: any BroadcastReceiver) {
        if let index = receivers.firstIndex(where: { $0 === receiver }) {
            receivers.remove(at: index)
        }
    }
}

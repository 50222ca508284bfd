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
    private(set) var v1: Audience?
    private(set) var v2: Audience?
    private var receivers: [any BroadcastReceiver] = []

    init(_ loops: TopicLoops) {
        self.loops = loops
    }

    /// How many channels are members; sockets that listen on their ids are none.
    var channelCount: Int {
        (v1?.targets.count ?? 0) + (v2?.targets.count ?? 0) + receivers.count { $0 is ChannelProcess }
    }

    var hasPendingFrames: Bool {
        v1?.pending != nil || v2?.pending != nil
    }

    /// Encodes a broadcast once per serializer in use and appends it to the outbox; hands it to the receivers.
    func dispatch(_ delivery: LoopShard.Delivery, outbox: Outbox, statistics: NodeStatistics) {
        if let v2, !v2.isEmpty {
            append(delivery, to: v2, .v2, outbox: outbox, statistics: statistics)
        }
        if let v1, !v1.isEmpty {
            append(delivery, to: v1, .v1, outbox: outbox, statistics: statistics)
        }
        guard !receivers.isEmpty else { return }
        // A receiver may leave while it handles the broadcast; the copy keeps the walk intact.
        for receiver in receivers where delivery.excluded == 0 || receiver.connectionNumber != delivery.excluded {
            receiver.receive(delivery.broadcast)
        }
    }

    private func append(
        _ delivery: LoopShard.Delivery,
        to audience: Audience,
        _ serializer: Serializer,
        outbox: Outbox,
        statistics: NodeStatistics
    ) {
        do {
            try outbox.append(to: audience, excluding: delivery.excluded) { buffer throws(WireError) in
                try serializer.writeFrame(delivery.broadcast, into: &buffer)
            }
        } catch {
            statistics.count(.unencodableBroadcasts)
        }
    }

    // MARK: Membership

    func add(_ member: ChannelProcess, _ serializer: Serializer) {
        switch serializer {
        case .v1:
            let audience = v1 ?? Audience()
            v1 = audience
            audience.add(member)
        case .v2:
            let audience = v2 ?? Audience()
            v2 = audience
            audience.add(member)
        }
    }

    func remove(_ member: ChannelProcess, _ serializer: Serializer) {
        switch serializer {
        case .v1: v1?.remove(member)
        case .v2: v2?.remove(member)
        }
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

internal import NIOCore
internal import PhoenixWire

/// What a client keeps of one of its channels.
struct ChannelRecord {
    /// A push for when the channel is joined again.
    struct WaitingPush {
        var ref: String
        var event: String
        var payload: Payload
    }

    /// Tells a channel from an earlier one of the same topic.
    let number: Int
    var membership = ChannelMembership()
    var joinPayload: Payload
    /// Completed by the first join.
    let firstJoin: EventLoopPromise<Payload>
    var firstJoinDeadline: Scheduled<Void>?
    var rejoin: Scheduled<Void>?
    var waiting: [WaitingPush] = []

    private let events: AsyncStream<PhoenixEvent>.Continuation
    private var missed = 0

    init(
        number: Int, joinPayload: Payload, firstJoin: EventLoopPromise<Payload>,
        events: AsyncStream<PhoenixEvent>.Continuation
    ) {
        self.number = number
        self.joinPayload = joinPayload
        self.firstJoin = firstJoin
        self.events = events
    }

    /// Tells the reader, or counts what there is no room for.
    mutating func report(_ event: PhoenixEvent) {
        if missed > 0, case .enqueued = events.yield(.missed(missed)) { missed = 0 }
        guard missed == 0, case .enqueued = events.yield(event) else {
            missed += 1
            return
        }
    }

    /// Ends it for the reader and for whoever waits for the first join.
    func end(_ error: PhoenixClientError) {
        rejoin?.cancel()
        firstJoinDeadline?.cancel()
        firstJoin.fail(error)
        events.finish()
    }
}

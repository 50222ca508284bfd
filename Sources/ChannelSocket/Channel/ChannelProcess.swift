import NIOCore
import PhoenixWire
import Synchronization

/// One joined (or joining) topic of one connection: its mailbox, and its life from join to terminate.
///
/// The mailbox is drained by a task that exists only while there is work, starts without a thread hop and runs on
/// the connection's event loop: a callback that never suspends completes inside the turn that read its frame.
/// The steps of a life are in `ChannelProcess+Join`, `+Mailbox` and `+End`.
///
/// `@unchecked Sendable` is safe because all mutable state but ``assigns`` and ``presences`` (mutexes) is touched only
/// on the event loop: what is handled without a task is handled in the turn that read it, the mailbox task prefers the
/// loop's executor, so every resumption is there, and the methods for other threads (on ``Socket``) hop to the loop
/// first.
final class ChannelProcess: @unchecked Sendable {
    enum State {
        /// The join is being decided; messages wait in the mailbox.
        case joining
        case joined
        /// To be terminated as soon as the running callback returns; messages are dropped, as in Phoenix.
        case ending
        case ended
    }

    let topic: String
    /// The join ref as the client sent it: what later messages must match.
    let joinRef: Ref
    /// The join ref of replies and pushes: the ref of the join if the client gave no join ref, as in Phoenix.
    let outgoingJoinRef: Ref
    /// The ref that the join reply answers.
    let joinMessageRef: Ref
    let session: SocketSession
    let channel: any RunningChannel
    let assigns: Mutex<Assigns>
    /// What the channel tracks.
    let presences = Mutex(ChannelPresences.none)

    var state = State.joining
    // Unchecked is safe: only the event loop touches it, and a mailbox calls nothing.
    @exclusivity(unchecked) var mailbox = Mailbox()
    /// Whether the mailbox task exists.
    var isRunning = false
    var task: Task<Void, Never>?

    /// The number of the channel's route.
    let route: Int32
    /// When the running callback began, by the clock of ``CallbackWatch``.
    var callbackTick: UInt32 = 0
    /// The ref of the message that is being handled; null while something else is.
    var handledRef = Ref.null
    /// The message that was answered in place of a callback that took too long.
    var timedOutRef: Ref?
    /// Whether the running callback has been cancelled because it took too long; what it answers is dropped.
    var isOverdue = false
    /// Whether ``CallbackWatch`` looks at this channel.
    var isWatched = false

    /// The channel this one replaces, until the client has been told, or this one has ended.
    var predecessor: ChannelProcess?
    /// What is to end, or has ended, the channel.
    var endReason: TerminateReason?
    var endWaiters: [CheckedContinuation<Void, Never>] = []

    /// With whom the channel gets its topic's broadcasts, and its position there; kept by ``Audience``.
    var audience: Audience?
    var audienceIndex = 0
    /// Whether the topic was announced to the shard.
    var isAnnounced = false
    /// The members of the topic, while the channel is one of them and receives its broadcasts.
    var members: TopicMembers?
    /// Further topics whose broadcasts go to `handleInfo`.
    var subscriptions: Set<TopicKey> = []

    /// Creates a process; ``enqueue(_:)`` with its join starts it.
    init(
        _ join: Message, session: SocketSession, channel: any RunningChannel, route: Int32, predecessor: ChannelProcess?
    ) {
        topic = join.topic
        joinRef = join.joinRef
        outgoingJoinRef = join.joinRef.isNull ? join.ref : join.joinRef
        joinMessageRef = join.ref
        self.session = session
        self.channel = channel
        self.route = route
        self.predecessor = predecessor
        assigns = Mutex(session.assigns)
    }

    /// The view of this channel that its callbacks get.
    func socket(answering ref: Ref? = nil) -> Socket {
        Socket(process: self, replyRef: ref.map(ReplyRef.init))
    }

    /// Whether what the channel sends still concerns the client.
    var isAlive: Bool { state == .joining || state == .joined }

    // MARK: Frames to the client

    func reply(to ref: Ref, _ status: ReplyStatus, _ payload: Payload) throws(WireError) {
        try session.send(makeReply(to: ref, status, payload))
    }

    func push(_ event: String, _ payload: Payload) throws(WireError) {
        try session.send(makePush(event, payload))
    }

    private func makeReply(to ref: Ref, _ status: ReplyStatus, _ payload: Payload) -> Reply {
        Reply(joinRef: outgoingJoinRef, ref: ref, topic: topic, status: status, payload: payload)
    }

    private func makePush(_ event: String, _ payload: Payload) -> Message {
        Message(joinRef: outgoingJoinRef, ref: .null, topic: topic, event: event, payload: payload)
    }
}

/// For ``Socket``, whose callers may be on any thread.
extension ChannelProcess {
    func onEventLoop(_ body: @escaping @Sendable (ChannelProcess) -> Void) {
        if session.eventLoop.inEventLoop {
            body(self)
        } else {
            session.eventLoop.execute { body(self) }
        }
    }

    /// Broadcasts to the channel's topic.
    func broadcast(_ event: String, _ payload: Payload, excluding excluded: SubscriberID? = nil) -> PublishReceipt {
        let broadcast = Broadcast(topic: topic, event: event, payload: payload)
        if session.eventLoop.inEventLoop, let members {
            return session.pubSub.broadcast(broadcast, excluding: excluded, to: members, on: session.shard)
        }
        return session.pubSub.broadcast(broadcast, excluding: excluded)
    }

    func pushOrLog(_ event: String, _ payload: Payload) {
        session.sendOrLog(makePush(event, payload))
    }

    func replyOrLog(to ref: Ref, _ status: ReplyStatus, _ payload: Payload) {
        guard !isLateReply(to: ref) else { return }
        session.sendOrLog(makeReply(to: ref, status, payload))
    }
}

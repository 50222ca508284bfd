import PhoenixWire

/// A channel value of some type, as its ``ChannelProcess`` drives it; calls never overlap.
protocol RunningChannel: AnyObject {
    /// The events that go through ``handleOut(_:socket:)``.
    var intercepts: Set<String> { get }

    /// Decides about the join.
    ///
    /// - Returns: the response of the join reply.
    func open(topic: String, payload: Payload, socket: Socket) async throws -> Payload

    func joined(socket: Socket) async throws
    func handleInImmediately(_ event: String, _ payload: Payload, socket: Socket) throws -> ChannelResponse?
    func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse
    func handleOut(_ broadcast: Broadcast, socket: Socket) async throws
    func handleInfo(_ message: any Sendable, socket: Socket) async throws

    /// Runs `terminate` if the join was accepted.
    func terminate(_ reason: TerminateReason, socket: Socket) async
}

/// Holds the channel value and calls it on the executor it asked for.
///
/// `@unchecked Sendable` is safe because a process calls one method at a time: its mailbox task awaits each, and
/// `handleInImmediately` is called by that task or, on the event loop, while there is none. So `channel` is never touched
/// from two places at once, whichever thread a call runs on.
final class RunningChannelOf<Channel: ChannelCallbacks>: RunningChannel, @unchecked Sendable {
    private let join: Route.Join<Channel>
    private var channel: Channel?

    init(join: @escaping Route.Join<Channel>) {
        self.join = join
    }

    var intercepts: Set<String> { Channel.intercepts }

    func open(topic: String, payload: Payload, socket: Socket) async throws -> Payload {
        try await run { [self] in
            let channel = try await join(topic, payload, socket)
            let reply = channel.joinReply
            self.channel = channel
            return reply
        }
    }

    func joined(socket: Socket) async throws {
        try await run { [self] in try await channel?.joined(socket: socket) }
    }

    func handleInImmediately(_ event: String, _ payload: Payload, socket: Socket) throws -> ChannelResponse? {
        try channel?.handleInImmediately(event, payload, socket: socket)
    }

    func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
        try await run { [self] in try await channel?.handleIn(event, payload, socket: socket) ?? .noReply }
    }

    func handleOut(_ broadcast: Broadcast, socket: Socket) async throws {
        try await run { [self] in
            try await channel?.handleOut(broadcast.event, broadcast.payload, socket: socket)
        }
    }

    func handleInfo(_ message: any Sendable, socket: Socket) async throws {
        try await run { [self] in try await channel?.handleInfo(message, socket: socket) }
    }

    func terminate(_ reason: TerminateReason, socket: Socket) async {
        await run { [self] in await channel?.terminate(reason, socket: socket) }
        channel = nil
    }

    private func run<Result: Sendable, Failure: Error>(
        _ body: @Sendable () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        switch Channel.executor {
        case .eventLoop:
            try await body()
        case .pool:
            try await withTaskExecutorPreference(globalConcurrentExecutor, operation: body)
        }
    }
}

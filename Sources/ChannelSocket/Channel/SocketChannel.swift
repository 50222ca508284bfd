public import PhoenixWire

/// What a channel does after it was joined.
///
/// One value lives per joined topic and connection.
/// The callbacks of one channel never overlap: its mailbox hands it one message at a time, in the order of arrival.
/// They may suspend as long as they like without holding up anybody else, other channels of the same client included.
/// By default they run on the connection's event loop, so a callback must not block its thread; a channel that
/// computes for long sets ``executor`` to ``ChannelExecutor/pool``.
///
/// An error thrown by a callback crashes the channel, and only that: the client gets `phx_error` and joins again.
///
/// Source: `Phoenix.Channel`.
public protocol ChannelCallbacks: SendableMetatype {
    /// The response of the join reply; `{}` if not implemented.
    var joinReply: Payload { get }

    /// The broadcast events that go through ``handleOut(_:_:socket:)`` instead of straight to the client.
    static var intercepts: Set<String> { get }

    /// Where the callbacks run.
    static var executor: ChannelExecutor { get }

    /// Runs once after the join reply was sent; the place to push first messages or to track presence.
    ///
    /// - Parameter socket: the channel's socket.
    /// - Throws: any error; it crashes the channel.
    mutating func joined(socket: Socket) async throws

    /// Handles an event from the client without suspending, or leaves it to ``handleIn(_:_:socket:)``.
    ///
    /// Each event comes here first. A callback that may suspend needs a task for every message, which costs more than
    /// most messages do; this needs none. It runs on the connection's event loop, whatever ``executor`` says, so it must
    /// be short.
    ///
    /// - Parameters:
    ///   - event: the event name.
    ///   - payload: the payload, as sent.
    ///   - socket: the channel's socket.
    /// - Returns: what to answer; nil to have `handleIn` called next.
    /// - Throws: ``UnhandledEvent`` for an event the channel does not know; any error crashes the channel.
    mutating func handleInImmediately(_ event: String, _ payload: Payload, socket: Socket) throws -> ChannelResponse?

    /// Handles an event from the client.
    ///
    /// - Parameters:
    ///   - event: the event name.
    ///   - payload: the payload, as sent.
    ///   - socket: the channel's socket.
    /// - Returns: what to answer.
    /// - Throws: ``UnhandledEvent`` for an event the channel does not know; any error crashes the channel.
    mutating func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse

    /// Handles a broadcast whose event is in ``intercepts``; nothing reaches the client unless this pushes it.
    ///
    /// - Parameters:
    ///   - event: the event name.
    ///   - payload: the payload.
    ///   - socket: the channel's socket.
    /// - Throws: any error; it crashes the channel.
    mutating func handleOut(_ event: String, _ payload: Payload, socket: Socket) async throws

    /// Handles a message from the application: what ``Socket/send(_:)`` was given, or a `Broadcast` of a topic
    /// the channel subscribed to.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - socket: the channel's socket.
    /// - Throws: any error; it crashes the channel.
    mutating func handleInfo(_ message: any Sendable, socket: Socket) async throws

    /// Runs last, whatever ended the channel.
    ///
    /// - Parameters:
    ///   - reason: what ended it.
    ///   - socket: the channel's socket; pushes no longer reach the client.
    mutating func terminate(_ reason: TerminateReason, socket: Socket) async
}

/// A channel that decides about joins in its initialiser, for use with ``Route``.
public protocol SocketChannel: ChannelCallbacks {
    /// Decides about a join: returning accepts it.
    ///
    /// - Parameters:
    ///   - topic: the topic.
    ///   - payload: the join's payload, as sent.
    ///   - socket: the channel's socket; keep it to push from elsewhere later.
    /// - Throws: ``JoinRefused`` to refuse with a reason; any other error is reported as `join crashed`.
    init(joining topic: String, payload: Payload, socket: Socket) async throws
}

extension ChannelCallbacks {
    /// An empty object.
    public var joinReply: Payload { .emptyObject }

    /// No event.
    public static var intercepts: Set<String> { [] }

    /// The event loop.
    public static var executor: ChannelExecutor { .eventLoop }

    /// Does nothing.
    public mutating func joined(socket: Socket) async throws {}

    /// Leaves every event to `handleIn`.
    public mutating func handleInImmediately(
        _ event: String, _ payload: Payload, socket: Socket
    ) throws -> ChannelResponse? {
        nil
    }

    /// Crashes the channel: it has no events.
    public mutating func handleIn(
        _ event: String, _ payload: Payload, socket: Socket
    ) async throws -> ChannelResponse {
        throw UnhandledEvent(event)
    }

    /// Pushes the broadcast unchanged.
    public mutating func handleOut(_ event: String, _ payload: Payload, socket: Socket) async throws {
        try socket.push(event, payload)
    }

    /// Ignores the message.
    public mutating func handleInfo(_ message: any Sendable, socket: Socket) async throws {}

    /// Does nothing.
    public mutating func terminate(_ reason: TerminateReason, socket: Socket) async {}
}

/// Where the callbacks of a channel run.
public enum ChannelExecutor: Sendable {
    /// On the connection's event loop, without a thread hop. Callbacks may await, but must not block.
    case eventLoop
    /// On the global concurrent pool, for callbacks that compute for long; costs two thread hops a message.
    case pool
}

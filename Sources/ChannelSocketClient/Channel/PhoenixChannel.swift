public import PhoenixWire

/// A topic that a ``PhoenixClient`` has joined.
///
/// It is joined again by itself after the connection was lost or the channel crashed, as in phoenix.js.
public final class PhoenixChannel: Sendable {
    /// The topic.
    public let topic: String
    /// The reply to the first join.
    public let joinReply: Payload
    /// What happens on the channel, in order, from the join on; for one reader.
    ///
    /// Ends when the channel is left, closed by the server, or its client ends. A reader that is further behind than
    /// ``PhoenixClientConfiguration/maxBufferedEvents`` misses events and is told how many.
    public let events: AsyncStream<PhoenixEvent>

    private let client: PhoenixClient

    init(topic: String, joinReply: Payload, events: AsyncStream<PhoenixEvent>, client: PhoenixClient) {
        self.topic = topic
        self.joinReply = joinReply
        self.events = events
        self.client = client
    }

    /// Sends an event and waits for the reply.
    ///
    /// While the channel is being joined again the push waits for that.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - payload: any JSON value, or binary.
    ///   - timeout: how long to wait for the reply; nil for the configured time.
    /// - Returns: the response of the reply.
    /// - Throws: ``PhoenixClientError`` of code `pushRefused` for an error reply, `timeout` without any,
    ///   `disconnected`, `closed` or `busy`.
    @discardableResult
    public func push(
        _ event: String, _ payload: Payload = .emptyObject, timeout: Duration? = nil
    ) async throws -> Payload {
        try await client.push(topic, event, payload, timeout: timeout)
    }

    /// Sends an event that gets no reply.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - payload: any JSON value, or binary.
    /// - Throws: ``PhoenixClientError`` of code `disconnected` when the channel is not joined at the moment or the
    ///   connection is lost before the event is with the system, `closed` when it has ended.
    public func send(_ event: String, _ payload: Payload = .emptyObject) async throws {
        try await client.send(topic, event, payload)
    }

    /// Changes what the next joins send, for example because a token was renewed.
    public func update(joinPayload: Payload) async {
        await client.update(joinPayload: joinPayload, of: topic)
    }

    /// Leaves the topic and waits until the server has confirmed it.
    ///
    /// - Throws: ``PhoenixClientError`` of code `timeout`; the channel has ended all the same.
    public func leave() async throws {
        try await client.leave(topic)
    }
}

public import NIOCore
public import PhoenixWire
import Synchronization

/// What a channel's callbacks see of the client: the topic, the assigns, and the ways to reach the client and others.
///
/// Safe to keep and to use from any thread after the callback returned; once the channel has ended, what is pushed is
/// dropped.
///
/// Source: `Phoenix.Socket` and the functions of `Phoenix.Channel`.
public struct Socket: Sendable {
    let process: ChannelProcess

    /// Names the message being handled, for ``reply(to:_:_:)`` later; nil outside `handleIn`.
    public let replyRef: ReplyRef?

    /// The channel's topic.
    public var topic: String { process.topic }

    /// The socket id the connect callback gave, such as `users_socket:42`.
    public var id: String? { process.session.id }

    /// Identifies the connection in the cluster, to leave it out of a broadcast made elsewhere.
    public var subscriberID: SubscriberID {
        SubscriberID(node: process.session.pubSub.node, number: process.session.connection.number)
    }

    // MARK: Assigns

    /// The values the channel carries along, beginning with those of the connect callback.
    ///
    /// They are not shared with the other channels of the connection.
    public var assigns: Assigns {
        process.assigns.withLock { $0 }
    }

    /// Sets a value.
    ///
    /// - Parameters:
    ///   - key: the name.
    ///   - value: the value; nil removes it.
    public func assign(_ key: String, _ value: (any Sendable)?) {
        process.assigns.withLock { $0[key] = value }
    }

    // MARK: To this client

    /// Pushes an event to this client.
    ///
    /// - Parameters:
    ///   - event: the event name.
    ///   - payload: a JSON object or binary; a V1 client takes any JSON value, but no binary.
    /// - Throws: ``WireError`` if the client's serializer cannot carry the payload. Thrown in the caller only when
    ///   called on the connection's event loop (as callbacks are); elsewhere the failure is logged.
    public func push(_ event: String, _ payload: Payload) throws {
        if process.session.eventLoop.inEventLoop {
            guard process.isAlive else { return }
            try process.push(event, payload)
        } else {
            try checkEncodable(payload)
            process.session.eventLoop.execute { [process] in
                guard process.isAlive else { return }
                process.pushOrLog(event, payload)
            }
        }
    }

    /// Answers a message that `handleIn` left unanswered.
    ///
    /// - Parameters:
    ///   - ref: the message, from ``replyRef`` while it was handled.
    ///   - status: success or failure.
    ///   - payload: the response.
    public func reply(to ref: ReplyRef, _ status: ReplyStatus, _ payload: Payload = .emptyObject) {
        process.onEventLoop { process in
            guard process.isAlive else { return }
            process.replyOrLog(to: ref.ref, status, payload)
        }
    }

    /// Ends the channel as if `handleIn` had answered ``ChannelResponse/stop``; the client gets `phx_close`.
    public func stop() {
        process.onEventLoop { $0.requestEnd(.stopped) }
    }

    /// Limits how long the channel lives from now on, as that of a token that the join brought.
    ///
    /// When the time is over the channel is terminated with ``TerminateReason/expired`` and the client gets `phx_error`
    /// with the reason `token expired`, after which phoenix.js joins again, with a new token if it has one. The other
    /// channels of the connection go on.
    ///
    /// - Parameter lifetime: how long, from now on; replaces what was said before.
    public func expire(after lifetime: TimeAmount) {
        process.onEventLoop { process in
            guard process.isAlive else { return }
            let session = process.session
            session.deadlines.set(session.eventLoop.now.after(lifetime), for: process, on: session.eventLoop)
        }
    }

    // MARK: To everybody

    /// Broadcasts to all subscribers of the channel's topic, this client included, on all nodes.
    ///
    /// - Parameters:
    ///   - event: the event name.
    ///   - payload: a JSON object or binary.
    /// - Returns: what became of it on the way to the other nodes.
    /// - Throws: ``WireError`` if this client's serializer could not carry the payload, as in Phoenix.
    @discardableResult
    public func broadcast(_ event: String, _ payload: Payload) throws -> PublishReceipt {
        try checkEncodable(payload)
        return process.broadcast(event, payload)
    }

    /// Broadcasts to all subscribers of the channel's topic but this client, on all nodes.
    ///
    /// - Parameters:
    ///   - event: the event name.
    ///   - payload: a JSON object or binary.
    /// - Returns: what became of it on the way to the other nodes.
    /// - Throws: ``WireError`` if this client's serializer could not carry the payload, as in Phoenix.
    @discardableResult
    public func broadcastFrom(_ event: String, _ payload: Payload) throws -> PublishReceipt {
        try checkEncodable(payload)
        return process.broadcast(event, payload, excluding: subscriberID)
    }

    // MARK: Messages from elsewhere

    /// Has the channel handle a message of the application in `handleInfo`.
    ///
    /// - Parameter message: the message.
    public func send(_ message: any Sendable) {
        process.onEventLoop { $0.receive(.info(message)) }
    }

    /// Has the broadcasts of a further topic handled in `handleInfo`, as `Broadcast` values.
    ///
    /// - Parameter topic: the topic; nothing happens for the channel's own.
    /// - Throws: ``PubSubError`` if the subscription cannot be confirmed.
    public func subscribe(to topic: String) async throws {
        try await withTaskExecutorPreference(process.session.shard.executor) {
            try await process.subscribe(to: topic)
        }
    }

    /// Ends what ``subscribe(to:)`` began.
    ///
    /// - Parameter topic: the topic.
    public func unsubscribe(from topic: String) {
        process.onEventLoop { $0.unsubscribe(from: topic) }
    }

    private func checkEncodable(_ payload: Payload) throws(WireError) {
        guard process.session.serializer == .v1 || payload.isJSONObject || payload.isBinary else {
            throw WireError(.notEncodable, "V2 carries JSON objects and binary only")
        }
    }
}

/// Names a message that awaits a reply.
public struct ReplyRef: Sendable {
    let ref: Ref

    init(_ ref: Ref) {
        self.ref = ref
    }
}

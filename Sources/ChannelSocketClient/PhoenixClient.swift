public import Logging
public import NIOCore
public import NIOPosix
internal import NIOSSL
public import PhoenixWire

/// A client of any server that speaks Phoenix Channels (version 2), with the behaviour of phoenix.js.
///
/// ```swift
/// let client = PhoenixClient(try PhoenixClientConfiguration(url: "ws://127.0.0.1:4000/socket"))
/// try await client.connect()
/// let room = try await client.join("room:lobby")
/// try await room.push("new_msg", Payload(json: #"{"body":"hello"}"#))
/// for await event in room.events { print(event) }
/// ```
///
/// Once ``connect()`` has returned the client stays connected until ``close()``: it sends heartbeats, connects again
/// with growing delays when the connection is lost, unless the server closed it normally (code 1000), and joins its
/// channels again. A client that goes away without ``close()`` drops its connection.
///
/// It lives on one event loop. Nothing in it waits without a time limit, so cancelling a task that waits for it has
/// no effect.
public actor PhoenixClient {
    enum Phase {
        case idle
        case connecting
        case open(any Channel)
        case waiting(Scheduled<Void>)
        case ended
    }

    /// What happens to the connection, in order; for one reader.
    ///
    /// Only the newest 64 events are kept.
    public nonisolated let connectionEvents: AsyncStream<PhoenixConnectionEvent>

    nonisolated let eventLoop: any EventLoop
    nonisolated let logger: Logger
    let connectionReporter: AsyncStream<PhoenixConnectionEvent>.Continuation

    var configuration: PhoenixClientConfiguration
    var tls: NIOSSLContext?
    var phase = Phase.idle
    var firstConnect: EventLoopPromise<Void>?
    /// Numbers the connections, to tell the events of one from those of its successor.
    var connection = 0
    /// How many attempts have failed since the connection was last open.
    var failures = 0
    var heartbeat: RepeatedTask?
    var heartbeatRef: String?
    var channels: [String: ChannelRecord] = [:]
    var replies: [String: PendingReply] = [:]
    /// Numbers the channels, to tell one from its successor with the same topic.
    var lastChannel = 0
    private var lastRef = 0

    /// Creates a client, which is not connected.
    ///
    /// - Parameters:
    ///   - configuration: where to connect, as whom, and how patiently.
    ///   - eventLoopGroup: one of its loops runs the client.
    ///   - logger: takes the log: lost connections at `info`, what is ignored at `debug`.
    public init(
        _ configuration: PhoenixClientConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger = Logger(label: "channelsocket.client") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.configuration = configuration
        self.logger = logger
        eventLoop = eventLoopGroup.next()
        (connectionEvents, connectionReporter) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
    }

    deinit {
        if case .open(let channel) = phase { channel.close(promise: nil) }
        connectionReporter.finish()
    }

    /// The event loop.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { eventLoop.executor.asUnownedSerialExecutor() }

    /// Connects, once; afterwards the client stays connected by itself.
    ///
    /// - Throws: ``PhoenixClientError`` of code `unreachable`, `handshakeRefused` or `timeout`, and the client may be
    ///   asked again; `closed` if it is connected already or has ended.
    public func connect() async throws {
        guard case .idle = phase else { throw PhoenixClientError(.closed, "the client was connected before") }
        if configuration.url.isSecure, tls == nil {
            do {
                tls = try NIOSSLContext(configuration: configuration.tls)
            } catch {
                throw PhoenixClientError(.unreachable, "the TLS configuration cannot be used: \(error)")
            }
        }
        let promise = eventLoop.makePromise(of: Void.self)
        firstConnect = promise
        attempt()
        try await promise.futureResult.get()
    }

    /// Changes what the next connections send, for example because a token was renewed.
    ///
    /// - Parameters:
    ///   - params: the parameters.
    ///   - authToken: the token.
    public func update(params: [String: String], authToken: String?) {
        configuration.params = params
        configuration.authToken = authToken
    }

    /// Closes the connection politely and ends all channels.
    public func close() async {
        guard let channel = end(PhoenixClientError(.closed, "the client was closed")) else { return }
        let patience = eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
        sendClose(code: 1000, on: channel)
        try? await channel.closeFuture.get()
        patience.cancel()
    }

    /// Joins a topic.
    ///
    /// - Parameters:
    ///   - topic: the topic; a client joins a topic once at a time.
    ///   - payload: what to send with the join, now and when the client joins again.
    /// - Returns: the joined channel.
    /// - Throws: ``PhoenixClientError`` of code `joinRefused`, `timeout`, `alreadyJoined` or `closed`.
    public func join(_ topic: String, _ payload: Payload = .emptyObject) async throws -> PhoenixChannel {
        let (reply, events) = try beginJoin(topic, payload)
        let response = try await reply.get()
        return PhoenixChannel(topic: topic, joinReply: response, events: events, client: self)
    }

    /// Makes a ref that was not used before.
    func makeRef() -> String {
        lastRef += 1
        return String(lastRef)
    }
}

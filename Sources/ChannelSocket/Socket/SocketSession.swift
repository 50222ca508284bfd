import Logging
import NIOCore
import PhoenixWire
import Tracing

/// One client's socket: decodes its messages, keeps its channels, encodes what goes back.
///
/// Lives from upgrade to close on the event loop of its connection and is touched nowhere else. What happens to a
/// message is in `SocketSession+Routing`.
final class SocketSession {
    let endpoint: Endpoint
    private let settings: EndpointSettings
    let connection: WebSocketConnection
    let shard: LoopShard
    let serializer: Serializer
    /// The socket id, such as `users_socket:42`.
    let id: String?
    /// What every channel starts with.
    let assigns: Assigns
    /// The span of the connect, if it was traced.
    let trace: ServiceContext?
    var channels = ActiveChannels()
    var deadlines = ChannelDeadlines()
    var allowance: InboundAllowance
    /// How many bytes of messages wait for the channels' callbacks, or are in them.
    var heldBytes = 0
    private var isClosed = false
    /// What channels are told when the connection is gone.
    private var endReason = TerminateReason.closed

    init(
        endpoint: Endpoint, connection: WebSocketConnection, shard: LoopShard, serializer: Serializer, id: String?,
        assigns: Assigns, trace: ServiceContext? = nil
    ) {
        self.endpoint = endpoint
        settings = endpoint.settings
        self.connection = connection
        self.shard = shard
        self.serializer = serializer
        self.id = id
        self.assigns = assigns
        self.trace = trace
        allowance = InboundAllowance(settings.configuration.limits, second: shard.transport.second)
    }

    var eventLoop: any EventLoop { shard.eventLoop }
    /// The time, as exact as the rates need it.
    var second: UInt32 { shard.transport.second }
    var pubSub: PubSub { endpoint.pubSub }
    var counters: LoopCounters { shard.transport.counters }
    var statistics: NodeStatistics { endpoint.pubSub.statistics }
    var limits: SocketLimits { settings.configuration.limits }
    var logger: Logger { endpoint.logger }

    /// Begins: from here on the socket can be disconnected by its id.
    func opened() {
        statistics.connectionsChanged(by: 1)
        guard let id else { return }
        // Nobody waits for the confirmation, but while there is none other nodes cannot disconnect the socket.
        shard.announce(for: id, pubSub: pubSub)?.hop(to: eventLoop).assumeIsolated().whenFailure { [weak self] _ in
            guard let self, !isClosed else { return }
            statistics.count(.failedSubscriptions)
        }
        shard.membersToChange(of: id)?.add(self)
    }

    /// Forgets a channel that has ended.
    func forget(_ process: ChannelProcess) {
        channels.remove(process)
        deadlines.remove(process)
    }

    // MARK: Frames to the client

    func send(_ reply: Reply) throws(WireError) {
        try append { serializer, buffer throws(WireError) in try serializer.writeFrame(reply, into: &buffer) }
    }

    func send(_ message: Message) throws(WireError) {
        try append { serializer, buffer throws(WireError) in try serializer.writeFrame(message, into: &buffer) }
    }

    /// Sends what the server itself made up, which can fail only on strings the client chose (a topic of more than
    /// 255 bytes in a binary frame).
    func sendOrLog(_ reply: Reply) {
        do { try send(reply) } catch { logUnsent(reply.topic, error) }
    }

    func sendOrLog(_ message: Message) {
        do { try send(message) } catch { logUnsent(message.topic, error) }
    }

    func sendOrLog(topic: String, write: (Serializer, inout ByteBuffer) throws(WireError) -> Void) {
        do { try append(write) } catch { logUnsent(topic, error) }
    }

    @inline(__always)
    private func append(
        _ write: (Serializer, inout ByteBuffer) throws(WireError) -> Void
    ) throws(WireError) {
        guard connection.isOpen else { return }
        try shard.transport.outbox.append(to: connection) { buffer throws(WireError) in
            try write(serializer, &buffer)
        }
    }

    private func logUnsent(_ topic: String, _ error: WireError) {
        logger.warning("frame not encodable", metadata: ["channel.topic": "\(topic)", "error": "\(error)"])
    }
}

extension SocketSession: WebSocketMessageHandler {
    func receivedText(_ text: ByteBuffer) {
        do {
            receive(try serializer.decode(text: text, limits: limits.decoding))
        } catch {
            malformed(error)
        }
    }

    func receivedBinary(_ bytes: ByteBuffer) {
        do {
            receive(try serializer.decode(binary: bytes, limits: limits.decoding))
        } catch {
            malformed(error)
        }
    }

    private func receive(_ decoded: DecodedMessage) {
        counters.messagesReceived.addAsOnlyWriter(1)
        if allowance.takeMessage(second, limits) {
            handle(decoded)
        } else {
            handleOverLimit(decoded)
        }
    }

    /// Ends this one socket.
    ///
    /// Phoenix says 1011 to everything; 1007 and 1008 tell more where they fit.
    private func malformed(_ error: WireError) {
        statistics.count(.malformedMessages)
        let code: UInt16 =
            switch error.code {
            case .invalidUTF8: 1007
            case .limitExceeded: 1008
            default: 1011
            }
        connection.close(code: code, reason: error.description)
    }

    func receivedControlFrame() -> Bool {
        guard !allowance.takeMessage(second, limits) else { return true }
        countOverLimit()
        return false
    }

    func serverWillEnd() {
        endReason = .shutdown
    }

    func connectionClosed() {
        guard !isClosed else { return }
        isClosed = true
        statistics.connectionsChanged(by: -1)
        if let id {
            shard.membersToChange(of: id)?.remove(self)
            shard.withdraw(from: id, pubSub: pubSub)
        }
        for process in channels.all {
            process.shutDown(endReason)
        }
    }
}

extension SocketSession: BroadcastReceiver {
    var connectionNumber: UInt64 { connection.number }

    /// Handles a broadcast to the socket id.
    ///
    /// Closes with 1001, because phoenix.js comes back after anything but 1000.
    func receive(_ broadcast: Broadcast) {
        guard broadcast.event == "disconnect" else { return }
        endReason = .kicked
        connection.close(code: 1001, reason: "disconnected")
    }
}

@available(*, unavailable)
extension SocketSession: Sendable {}

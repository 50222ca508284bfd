import NIOCore
import Synchronization

/// One WebSocket, from the bytes of the socket to whole messages and back.
///
/// The only handler of the connection's pipeline after the upgrade (below it may be TLS). Reads go through the
/// decoder straight to the ``WebSocketMessageHandler``; writes come from the ``Outbox`` as finished frames.
final class WebSocketConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case open
        /// Our close frame is out; waiting for the client's, or for the time limit.
        case closing
        case closed
    }

    /// The numbers of all connections of the process are different.
    private static let lastNumber = Atomic<UInt64>(0)

    /// Identifies the connection on its node; never 0.
    let number = lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
    let loop: TransportLoop
    let configuration: WebSocketConfiguration
    let statistics: NodeStatistics
    /// What happens above the frames; set before ``install(on:)`` and let go when the connection is closed.
    var handler: (any WebSocketMessageHandler)?
    private var decoder: WebSocketDecoder
    private var context: ChannelHandlerContext?
    private var state = State.open
    private var isWritable = true
    /// The way past NIO's write path, if there is one; looked for with the first write, when the handlers of the
    /// upgrade are gone.
    private var directSocket: DirectSocket??
    /// Writes that NIO holds; while there are any, nothing may overtake them.
    private var heldWrites: Int32 = 0
    /// The part of ``TransportLoop/unfinishedBytes`` that is this connection's.
    private var unfinishedBytes = 0
    /// The second of the loop in which something was received last.
    private(set) var lastRead: UInt32 = 0
    /// When the connection ends whatever it does, to the second; `distantFuture` for never.
    var deadline = NIODeadline.distantFuture

    /// Frames for this connection alone in the current tick.
    var pending: FrameStream?
    /// In how many streams of the current tick there is something for this connection; used while draining.
    var pendingStreams: Int32 = 0
    var wheelSlot: Int32 = -1
    var wheelIndex: Int32 = 0

    init(loop: TransportLoop, configuration: WebSocketConfiguration, statistics: NodeStatistics) {
        self.loop = loop
        self.configuration = configuration
        self.statistics = statistics
        decoder = WebSocketDecoder(maxMessageBytes: configuration.maxMessageBytes)
    }

    /// Takes over a channel that has finished its upgrade, on its event loop.
    func install(on channel: any NIOCore.Channel) throws {
        // Beyond the high mark a channel counts as not writable, which is how a slow consumer is noticed without
        // adding up bytes here.
        let limit = configuration.maxOutboundBytes
        try channel.syncOptions?.setOption(.writeBufferWaterMark, value: .init(low: limit / 2, high: limit))
        try channel.pipeline.syncOperations.addHandler(self)
    }

    /// Whether frames still reach the client.
    var isOpen: Bool { state == .open }

    /// Notes that something was received.
    func noteRead() { lastRead = loop.second }

    // MARK: Outbound

    /// Sends finished frames, now.
    ///
    /// Only the ``Outbox`` calls this; everybody else appends to the outbox.
    ///
    /// - Parameters:
    ///   - frames: the frames.
    ///   - areBroadcasts: whether there are only broadcasts among them, which a slow consumer may have to do without.
    /// - Returns: whether they are on their way.
    func write(_ frames: ByteBuffer, areBroadcasts: Bool) -> Bool {
        guard state == .open, let context else { return false }
        guard isWritable || mayExceedLimit(areBroadcasts: areBroadcasts, context: context) else { return false }
        transmit(frames, context: context)
        return true
    }

    /// Hands bytes to the socket, or to NIO if the socket does not take all of them now.
    private func transmit(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
        let socket = directSocket ?? DirectSocket(ifAlone: context)
        directSocket = .some(socket)
        guard let socket else {
            return context.writeAndFlush(Self.wrapOutboundOut(bytes), promise: nil)
        }
        var rest = bytes
        if heldWrites == 0 {
            rest.moveReaderIndex(forwardBy: socket.send(bytes))
            if rest.readableBytes == 0 { return }
        }
        heldWrites += 1
        context.writeAndFlush(Self.wrapOutboundOut(rest)).assumeIsolated().whenComplete { _ in
            self.heldWrites -= 1
        }
    }

    /// Starts the closing handshake; what is pending goes out first.
    ///
    /// - Parameters:
    ///   - code: the close code.
    ///   - reason: at most 123 bytes.
    func close(code: UInt16, reason: String) {
        guard state == .open, let context else { return }
        // Nothing is lost by draining early; frames produced before the close must not come after it.
        loop.outbox.drain()
        guard state == .open else { return }
        startClosing(code: code, reason: reason, context: context)
    }

    /// Decides what a client gets that has let the limit of outbound bytes be reached.
    private func mayExceedLimit(areBroadcasts: Bool, context: ChannelHandlerContext) -> Bool {
        if configuration.slowConsumerPolicy == .drop {
            guard !areBroadcasts else {
                statistics.count(.slowConsumerFrames)
                return false
            }
            // Replies are not broadcasts: the client waits for them, and can provoke only so many.
            let waiting = try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)
            if waiting ?? 0 < 2 * configuration.maxOutboundBytes { return true }
        }
        statistics.count(.slowConsumerCloses)
        // The close frame queues behind what the client does not read; it has the close timeout to get there.
        startClosing(code: 1008, reason: "too slow: outbound buffer full", context: context)
        return false
    }

    private func startClosing(code: UInt16, reason: String, context: ChannelHandlerContext) {
        state = .closing
        var frame = ByteBuffer()
        WebSocketFrame.writeClose(code: code, reason: reason, into: &frame)
        transmit(frame, context: context)
        context.eventLoop.assumeIsolated().scheduleTask(in: configuration.closeTimeout) { [weak self] in
            self?.context?.close(promise: nil)
        }
    }

    // MARK: Inbound

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
        if !context.channel.isActive {
            becomeClosed()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        becomeClosed()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        noteRead()
        guard state != .closed else { return }
        // Unwrapped twice rather than kept: the decoder unmasks in place if nobody else holds the bytes.
        loop.counters.bytesReceived.addAsOnlyWriter(Self.unwrapInboundIn(data).readableBytes)
        decoder.append(Self.unwrapInboundIn(data))
        do {
            while let event = try decoder.next() {
                receive(event, context: context)
                if state == .closed { return }
            }
        } catch {
            statistics.count(.protocolErrors)
            close(code: error.closeCode, reason: error.reason)
        }
        // Usually nothing is unfinished, and nothing was.
        if decoder.unfinishedBytes != unfinishedBytes { unfinishedBytesChanged() }
    }

    private func unfinishedBytesChanged() {
        let growth = decoder.unfinishedBytes - unfinishedBytes
        loop.unfinishedBytes += growth
        unfinishedBytes += growth
        guard growth > 0, loop.unfinishedBytes > configuration.maxUnfinishedBytesPerLoop, state == .open else { return }
        statistics.count(.protocolErrors)
        close(code: 1013, reason: "too much waits for the end of messages")
        decoder.giveUp()
        unfinishedBytesChanged()
    }

    private func receive(_ event: WebSocketEvent, context: ChannelHandlerContext) {
        guard state == .open else {
            // After our own close frame only the client's matters.
            if case .close = event { context.close(promise: nil) }
            return
        }
        switch event {
        case .text(let text):
            handler?.receivedText(text)
        case .binary(let bytes):
            handler?.receivedBinary(bytes)
        case .ping(let bytes):
            guard handler?.receivedPing() ?? false else { return }
            loop.outbox.append(to: self) { (buffer: inout ByteBuffer) in
                WebSocketFrame.write(.pong, bytes, into: &buffer)
            }
        case .pong:
            break
        case .close(let code, _):
            close(code: configuration.echoesCloseCode ? code ?? 1000 : 1000, reason: "")
            closeAfterFlush(context: context)
        }
    }

    /// Ends the connection after the closing handshake, once the close frame is written.
    private func closeAfterFlush(context: ChannelHandlerContext) {
        context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            // Hummingbird's listener allows half-closure; a WebSocket that no longer sends is over.
            context.close(promise: nil)
        case is ChannelShouldQuiesceEvent:
            loop.closeForRestart(self, within: configuration.drainWindow)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Resets and the like; the client is told nothing because nothing reaches it any more.
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        becomeClosed()
        context.fireChannelInactive()
    }

    private func becomeClosed() {
        guard state != .closed, let context else { return }
        state = .closed
        self.context = nil
        directSocket = nil
        decoder.giveUp()
        unfinishedBytesChanged()
        loop.remove(self)
        // In a later tick: the socket can break in the middle of a drain, while audiences are being walked.
        context.eventLoop.assumeIsolated().execute { [self] in
            handler?.connectionClosed()
            handler = nil
        }
    }
}

@available(*, unavailable)
extension WebSocketConnection: Sendable {}

import NIOCore
import Synchronization

/// One WebSocket, from the bytes of the socket to whole messages and back.
///
/// The only handler of the connection's pipeline after the upgrade (below it may be TLS). Reads go through the
/// decoder straight to the ``WebSocketMessageHandler``; writes come from the ``Outbox`` as finished frames.
final class WebSocketConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum State {
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
    // Unchecked is safe: only the event loop touches it, and a decoder knows nothing but the bytes it is given.
    @exclusivity(unchecked) private var decoder: WebSocketDecoder
    var context: ChannelHandlerContext?
    var state = State.open
    var isWritable = true
    /// The way past NIO's write path, if there is one; looked for with the first write, when the handlers of the
    /// upgrade are gone.
    var directSocket: DirectSocket??
    /// Writes that NIO holds; while there are any, nothing may overtake them.
    var heldWrites: Int32 = 0
    /// The sizes of writes that NIO holds and that exceed the limit of outbound bytes by themselves, oldest first.
    var oversizedWrites: [Int] = []
    /// The part of ``TransportLoop/unfinishedBytes`` that is this connection's.
    private var unfinishedBytes = 0
    /// The second of the loop in which something was received last.
    private(set) var lastRead: UInt32 = 0
    /// When the connection ends whatever it does, to the second; `distantFuture` for never.
    var deadline = NIODeadline.distantFuture

    /// Frames for this connection alone in the current tick.
    ///
    /// Unchecked is safe: the outbox alone changes it, and calls nothing meanwhile but the stream.
    @exclusivity(unchecked) var pending: FrameStream?
    /// Unchecked is safe: only the event loop touches it, and nothing but addresses is in it.
    @exclusivity(unchecked) var workingSet = WorkingSet()
    /// In which streams of the current tick there is something for this connection; used while draining.
    var streamSet = StreamSets.empty
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
        // NIO keeps the buffer, as large as it has grown, for as long as the connection lives. Most clients never send more
        // than fits into the first one. With TLS that is for good, without it until something is sent.
        let receiveBuffers = AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 512, maximum: 16_384)
        try channel.syncOptions?.setOption(.recvAllocator, value: receiveBuffers)
        try channel.pipeline.syncOperations.addHandler(self)
    }

    /// Notes that something was received.
    func noteRead() { lastRead = loop.second }

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
        let bytes = unwrapInboundIn(data)
        loop.counters.bytesReceived.addAsOnlyWriter(bytes.readableBytes)
        decoder.append(bytes)
        defer { readEnded(bytes) }
        do {
            while let event = try decoder.next() {
                receive(event, context: context)
                if state == .closed { return }
            }
        } catch {
            // What comes while the connection is being closed ends nothing.
            if state == .open { statistics.count(.protocolErrors) }
            close(code: error.closeCode, reason: error.reason)
        }
    }

    private func readEnded(_ bytes: ByteBuffer) {
        // Usually nothing is unfinished, and nothing was.
        if decoder.unfinishedBytes != unfinishedBytes { unfinishedBytesChanged() }
        loop.receiveBuffer.giveBack(bytes)
        loop.outbox.readEnded()
    }

    /// The end of what was read concerns nobody, and would be carried through the pipeline to be told so.
    func channelReadComplete(context: ChannelHandlerContext) {}

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
            guard handler?.receivedControlFrame() ?? false else { return }
            loop.outbox.append(to: self) { (buffer: inout ByteBuffer) in
                WebSocketFrame.write(.pong, bytes, into: &buffer)
            }
        case .pong:
            _ = handler?.receivedControlFrame()
        case .close(let code, _):
            close(code: configuration.echoesCloseCode ? code ?? 1000 : 1000, reason: "")
            closeAfterFlush(context: context)
        }
    }

    /// Ends the connection after the closing handshake, once the close frame is written.
    private func closeAfterFlush(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in
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

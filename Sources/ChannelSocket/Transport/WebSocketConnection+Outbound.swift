import NIOCore

/// What goes to the client, and what happens if it does not read.
extension WebSocketConnection {
    /// Whether frames still reach the client.
    var isOpen: Bool { state == .open }

    /// Sends finished frames, now.
    ///
    /// Only the ``Outbox`` calls this; everybody else appends to the outbox.
    ///
    /// - Parameters:
    ///   - frames: the frames.
    ///   - broadcasts: how many they are if all are broadcasts, which a slow consumer may have to do without; else 0.
    /// - Returns: whether they are on their way.
    func write(_ frames: ByteBuffer, broadcasts: Int) -> Bool {
        guard state == .open else { return false }
        // The way of nearly every frame; all else is found out when the socket takes no more.
        if isWritable, let socket = directSocket ?? nil {
            send(frames, through: socket)
            return true
        }
        return writeAsAllowed(frames, broadcasts: broadcasts)
    }

    private func writeAsAllowed(_ frames: ByteBuffer, broadcasts: Int) -> Bool {
        guard let context else { return false }
        guard isWritable || mayExceedLimit(broadcasts: broadcasts, context: context) else { return false }
        transmit(frames, context: context)
        return true
    }

    /// Hands bytes to the socket, or to NIO if the socket does not take all of them now.
    private func transmit(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
        guard let socket = directSocket ?? findDirectSocket(context) else {
            guard bytes.readableBytes > configuration.maxOutboundBytes else {
                return context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
            }
            return hold(bytes, context: context)
        }
        send(bytes, through: socket)
    }

    /// Finds out whether there is no other handler between the connection and its socket.
    private func findDirectSocket(_ context: ChannelHandlerContext) -> DirectSocket? {
        let socket = DirectSocket(ifAlone: context)
        directSocket = .some(socket)
        guard socket != nil, let options = context.channel.syncOptions else { return socket }
        // What can fail is that the channel is closed, and then nothing is received any more. NIO keeps as many buffers as
        // it may fill at a time.
        try? options.setOption(.maxMessagesPerRead, value: 1)
        try? options.setOption(.recvAllocator, value: SharedReceiveAllocator(connection: self))
        return socket
    }

    private func send(_ bytes: ByteBuffer, through socket: DirectSocket) {
        let sent = heldWrites == 0 ? socket.send(bytes) : 0
        if sent < bytes.readableBytes { holdRest(of: bytes, from: sent) }
    }

    @inline(never)
    private func holdRest(of bytes: ByteBuffer, from sent: Int) {
        guard let context else { return }
        var rest = bytes
        rest.moveReaderIndex(forwardBy: sent)
        hold(rest, context: context)
    }

    /// Hands bytes to NIO and remembers that it has them.
    private func hold(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
        let isOversized = bytes.readableBytes > configuration.maxOutboundBytes
        if isOversized { oversizedWrites.append(bytes.readableBytes) }
        heldWrites += 1
        context.writeAndFlush(wrapOutboundOut(bytes)).assumeIsolated().whenComplete { _ in
            self.heldWrites -= 1
            if isOversized { self.oversizedWrites.removeFirst() }
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

    /// Whether broadcasts are not for this client at present: it does not read, and is to be kept all the same.
    var skipsBroadcasts: Bool {
        !isWritable && isOpen && configuration.slowConsumerPolicy == .drop
            && waitingBytes >= configuration.maxOutboundBytes
    }

    /// Notes how many broadcasts were left out of what the client gets.
    func countSkippedBroadcasts(_ number: Int) { statistics.count(.slowConsumerFrames, times: number) }

    /// How many bytes wait for the client.
    ///
    /// A message that was allowed in may be larger than the limit. It takes its time to get to a client that does read,
    /// so what counts meanwhile is what waits behind it.
    private var waitingBytes: Int {
        let held = try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)
        return (held ?? configuration.maxOutboundBytes) - (oversizedWrites.first ?? 0)
    }

    /// Decides what a client gets that has let the limit of outbound bytes be reached.
    private func mayExceedLimit(broadcasts: Int, context: ChannelHandlerContext) -> Bool {
        let waiting = waitingBytes
        if waiting < configuration.maxOutboundBytes { return true }
        if configuration.slowConsumerPolicy == .drop {
            guard broadcasts == 0 else {
                countSkippedBroadcasts(broadcasts)
                return false
            }
            // Replies are not broadcasts: the client waits for them, and can provoke only so many.
            if waiting < 2 * configuration.maxOutboundBytes { return true }
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
}

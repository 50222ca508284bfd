internal import Logging
internal import NIOCore
internal import NIOWebSocket
internal import PhoenixWire

/// Connecting, staying connected, and ending.
extension PhoenixClient {
    /// Tries to connect.
    func attempt() {
        phase = .connecting
        connection += 1
        let number = connection
        WebSocketOpener(configuration: configuration, tls: tls)
            .open(on: eventLoop) { [self] in WebSocketFrameHandler(client: self, connection: number) }
            .whenComplete { [weak self] result in
                guard let self else {
                    if case .success(let channel) = result { channel.close(promise: nil) }
                    return
                }
                assumeIsolated { $0.attempted(result, number) }
            }
    }

    private func attempted(_ result: Result<any Channel, any Error>, _ number: Int) {
        guard case .connecting = phase, number == connection else {
            if case .success(let channel) = result { channel.close(promise: nil) }
            return
        }
        switch result {
        case .success(let channel):
            phase = .open(channel)
            failures = 0
            startHeartbeat()
            connectionReporter.yield(.connected)
            firstConnect?.succeed(())
            firstConnect = nil
            for topic in channels.keys { sendJoin(topic) }
        case .failure(let error):
            if let promise = firstConnect {
                firstConnect = nil
                phase = .idle
                promise.fail(error)
            } else {
                retry(because: "\(error)")
            }
        }
    }

    private func retry(because reason: String) {
        let delay = configuration.reconnect.delay(before: failures, chance: .random(in: 0...1))
        failures += 1
        logger.info("connecting again", metadata: ["reason": "\(reason)", "delay": "\(delay)"])
        connectionReporter.yield(.disconnected(reason: reason, retryingIn: delay))
        phase = .waiting(
            eventLoop.scheduleTask(in: TimeAmount(delay)) { [weak self] in
                self?.assumeIsolated { $0.attempt() }
            }
        )
    }

    /// The connection has ended.
    func disconnected(_ end: ConnectionEnd, from number: Int) {
        guard case .open = phase, number == connection else { return }
        heartbeat?.cancel()
        heartbeatRef = nil
        let error = PhoenixClientError(.disconnected, end.description)
        let abandoned = replies
        replies = [:]
        for reply in abandoned.values {
            reply.deadline.cancel()
            if reply.kind != .join { reply.promise.fail(error) }
        }
        // A join that was under way is sent again, and who waits for it has a deadline of its own. Its failure is nobody's
        // concern once the channels know that there is no connection.
        defer {
            for reply in abandoned.values where reply.kind == .join { reply.promise.fail(error) }
        }
        guard !end.isFinal else {
            _ = self.end(PhoenixClientError(.closed, end.description))
            return
        }
        for topic in channels.keys {
            channels[topic]?.rejoin?.cancel()
            if channels[topic]?.membership.disconnected() == true {
                channels[topic]?.report(.lost(reason: end.description))
            }
        }
        retry(because: end.description)
    }

    /// Ends the client.
    ///
    /// - Returns: the connection, which is to be closed.
    func end(_ error: PhoenixClientError) -> (any Channel)? {
        var open: (any Channel)?
        switch phase {
        case .open(let channel): open = channel
        case .waiting(let attempt): attempt.cancel()
        case .idle, .connecting: break
        case .ended: return nil
        }
        phase = .ended
        heartbeat?.cancel()
        firstConnect?.fail(error)
        firstConnect = nil
        for record in channels.values { record.end(error) }
        channels = [:]
        for reply in replies.values {
            reply.deadline.cancel()
            reply.promise.fail(error)
        }
        replies = [:]
        connectionReporter.yield(.ended(reason: error.message))
        connectionReporter.finish()
        return open
    }

    /// Sends a message.
    ///
    /// - Returns: done when the system has it.
    @discardableResult
    func write(_ message: ClientMessage) -> EventLoopFuture<Void> {
        guard case .open(let channel) = phase else {
            return eventLoop.makeFailedFuture(PhoenixClientError(.disconnected, "there is no connection"))
        }
        do {
            return channel.writeAndFlush(try message.frame(allocator: channel.allocator))
        } catch {
            return eventLoop.makeFailedFuture(error)
        }
    }

    /// Sends a close frame.
    func sendClose(code: UInt16, on channel: any Channel) {
        var data = channel.allocator.buffer(capacity: 2)
        data.writeInteger(code)
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: data)
        channel.writeAndFlush(frame, promise: nil)
    }

    private func startHeartbeat() {
        heartbeatRef = nil
        let interval = TimeAmount(configuration.heartbeatInterval)
        heartbeat = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { [weak self] task in
            guard let self else { return task.cancel() }
            assumeIsolated { $0.beat() }
        }
    }

    private func beat() {
        guard case .open(let channel) = phase else { return }
        guard heartbeatRef == nil else {
            // Not politely: nobody is there who would answer.
            disconnected(ConnectionEnd(code: nil, reason: "a heartbeat was not answered"), from: connection)
            return channel.close(promise: nil)
        }
        let ref = makeRef()
        heartbeatRef = ref
        write(ClientMessage(ref: ref, topic: "phoenix", event: "heartbeat", payload: .emptyObject))
    }
}

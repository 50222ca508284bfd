internal import ChannelSocketClient
internal import NIOCore

/// One client: connects, joins its topics, and hands what it receives to the traffic.
///
/// Confined to its loop.
final class BenchClient: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        case connecting
        case upgrading
        case joining
        case joined
        case ended
    }

    let number: Int
    let firstTopic: Int
    let node: Int
    let load: LoadLoop
    /// What has come, for each of the joined topics.
    var trackers: [NumberTracker]
    /// The ref of the last message; the join's is 1.
    var ref: UInt64 = 1

    private let url: PhoenixURL
    private let begun = LoadLoop.now()
    private let joined: EventLoopPromise<Void>
    private var state = State.connecting
    private var awaitedJoins: Int
    private var frames = ServerFrames()
    private var context: ChannelHandlerContext?

    private static let maxHeadBytes = 16 << 10

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - number: its number, which says what it joins and where.
    ///   - load: the loop it lives on.
    ///   - joined: told when it has joined, or why it can't.
    init(number: Int, load: LoadLoop, joined: EventLoopPromise<Void>) {
        self.number = number
        self.load = load
        self.joined = joined
        firstTopic = load.plan.firstTopic(ofClient: number)
        node = load.plan.node(ofClient: number)
        url = load.plan.urls[node]
        trackers = [NumberTracker](repeating: NumberTracker(), count: load.plan.joins)
        awaitedJoins = load.plan.joins
    }

    /// Where a topic is among those that the client joins; nil if it does not.
    func position(ofTopic topic: Int) -> Int? {
        let count = load.plan.topics
        guard (0..<count).contains(topic) else { return nil }
        let position = topic >= firstTopic ? topic - firstTopic : topic - firstTopic + count
        return position < trackers.count ? position : nil
    }

    // MARK: - Sending

    /// Sends frames; nothing happens if the connection has ended.
    func send(_ frames: ByteBuffer) {
        guard let context, state != .ended else { return }
        context.writeAndFlush(wrapOutboundOut(frames), promise: nil)
    }

    /// Shows the server that the client lives.
    func sendHeartbeat() {
        guard state == .joined else { return }
        // Refs must not be those of pushes.
        send(text: #"[null,"hb","phoenix","heartbeat",{}]"#)
    }

    /// Closes the connection in order.
    func leave() {
        guard state == .joined else {
            end("given up")
            return
        }
        state = .ended
        guard let context else { return }
        var frame = ByteBuffer()
        withUnsafeBytes(of: UInt16(1000).bigEndian) {
            load.writer.append(control: ClientFrames.close, $0, to: &frame)
        }
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        context.close(promise: nil)
    }

    private func send(text: String) {
        var frame = ByteBuffer()
        load.writer.append(text, to: &frame)
        send(frame)
    }

    // MARK: - The connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { channelActive(context: context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        guard state == .connecting else { return }
        state = .upgrading
        var request = ByteBuffer()
        // The key is not secret, and the answer to it is not checked: the server is trusted to be one.
        request.writeString(
            """
            GET \(url.target()) HTTP/1.1\r
            Host: \(url.authority)\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: Y2hhbm5lbHNvY2tldC4uLg==\r
            \r

            """
        )
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end("the server closed the connection")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(ConnectionFailure(error).description)
        context.close(promise: nil)
    }

    /// Notes that the client can do no more.
    func end(_ reason: @autoclosure () -> String) {
        guard state != .ended else { return }
        if state == .joined {
            load.tally.faults.ended += 1
            load.tally.faults.first = load.tally.faults.first ?? "client \(number): \(reason())"
        } else {
            joined.fail(BenchmarkError.notJoined("\(url): \(reason())"))
        }
        state = .ended
        context?.close(promise: nil)
    }

    // MARK: - Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var received = unwrapInboundIn(data)
        if state == .upgrading { readHead(&received) }
        guard state == .joining || state == .joined else { return }
        let now = LoadLoop.now()
        do {
            try frames.read(&received) { opcode, payload in receive(opcode, payload, at: now) }
        } catch {
            end("\(error)")
        }
        if state == .joined { load.traffic.receivedAll(by: self, at: now) }
    }

    private func receive(_ opcode: UInt8, _ payload: UnsafeRawBufferPointer, at now: UInt64) {
        switch opcode {
        case ClientFrames.text where state == .joined: load.traffic.receive(payload, by: self, at: now)
        case ClientFrames.text where state == .joining: readJoinReply(payload, at: now)
        case ClientFrames.close: end("the server closed the WebSocket: \(Self.describe(close: payload))")
        case 9:
            var frame = ByteBuffer()
            load.writer.append(control: ClientFrames.pong, payload, to: &frame)
            send(frame)
        default: break
        }
    }

    private func readHead(_ received: inout ByteBuffer) {
        var head = upgradeResponse ?? ByteBuffer()
        head.writeBuffer(&received)
        let text = String(buffer: head)
        guard let end = text.firstRange(of: "\r\n\r\n") else {
            upgradeResponse = head
            if head.readableBytes > Self.maxHeadBytes { self.end("the answer to the upgrade has no end") }
            return
        }
        upgradeResponse = nil
        guard text.hasPrefix("HTTP/1.1 101") else {
            self.end("the upgrade was refused: \(text.prefix { $0 != "\r\n" })")
            return
        }
        head.moveReaderIndex(forwardBy: text.utf8.distance(from: text.startIndex, to: end.upperBound))
        received = head
        state = .joining
        sendJoins()
    }

    private func sendJoins() {
        var frames = ByteBuffer()
        for position in trackers.indices {
            let topic = load.plan.name(ofTopic: (firstTopic + position) % load.plan.topics)
            load.writer.append(#"["1","1","\#(topic)","phx_join",{}]"#, to: &frames)
        }
        send(frames)
    }

    private var upgradeResponse: ByteBuffer?

    private func readJoinReply(_ bytes: UnsafeRawBufferPointer, at now: UInt64) {
        guard let message = ReceivedMessage(bytes), message.text(message.event) == "phx_reply" else { return }
        guard !message.isError else {
            end("the join was refused: \(message.text(message.payload))")
            return
        }
        awaitedJoins -= 1
        guard awaitedJoins == 0 else { return }
        state = .joined
        load.tally.joined += 1
        load.tally.joinLatency.record(now - begun)
        joined.succeed()
    }

    private static func describe(close payload: UnsafeRawBufferPointer) -> String {
        guard payload.count >= 2 else { return "no code" }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        return "\(code) \(String(decoding: payload[2...], as: UTF8.self))"
    }
}

@available(*, unavailable)
extension BenchClient: Sendable {}

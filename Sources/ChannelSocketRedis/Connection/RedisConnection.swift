import ChannelSocket
import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// One connection to Redis: a handler that speaks RESP, pipelines commands and gives each answer to its command.
///
/// Confined to the event loop of its channel.
final class RedisConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let settings: Settings
    private let channelPrefix: [UInt8]
    private unowned let link: RedisLink
    private unowned let events: any RedisConnectionEvents

    private var reader: RedisReader
    private var context: ChannelHandlerContext?
    private var pending = CircularBuffer<PendingCommand>()
    private var closeReason: RedisCloseReason?
    /// The error of a step of the handshake that was passed over: if the connection ends before it is ready, that is why.
    private var passedOver: RedisCloseReason?
    /// Whether what one read brought is being handled, and why to close afterwards.
    private var isReading = false
    private var closesAfterRead: RedisCloseReason?
    private var lastRead = NIODeadline.now()
    private var watch: RepeatedTask?
    private var answeredCommands = 0
    private var answeredBytes = 0

    init(settings: Settings, link: RedisLink, events: any RedisConnectionEvents) {
        self.settings = settings
        self.link = link
        self.events = events
        channelPrefix = Array(settings.channelPrefix.utf8)
        reader = RedisReader(maxReplyBytes: settings.maxReplyBytes)
    }

    /// How many SUBSCRIBE and UNSUBSCRIBE commands are waiting for answers.
    private(set) var pendingSubscriptions = 0

    /// Whether no command waits for an answer.
    var isIdle: Bool { pending.isEmpty }

    // MARK: Sending

    /// Sends commands that are already RESP.
    ///
    /// - Parameters:
    ///   - buffer: the commands' bytes.
    ///   - commands: what to do with their answers, in the same order.
    ///   - timeout: how long Redis may take to answer; nil for the configured time.
    func send(_ buffer: ByteBuffer, answeredTo commands: [PendingCommand], within timeout: TimeAmount? = nil) {
        guard let context, closeReason == nil else {
            for command in commands {
                abandon(command, PubSubError(.disconnected, closeReason?.description ?? "not connected"))
            }
            return
        }
        let deadline = NIODeadline.now() + (timeout ?? settings.commandTimeout)
        for var command in commands {
            command.deadline = deadline
            pending.append(command)
        }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    /// Sends one command.
    func send(_ arguments: [RedisArgument], answeredTo completion: PendingCommand.Completion) {
        var buffer = ByteBuffer()
        buffer.writeRedisCommand(arguments)
        send(buffer, answeredTo: [PendingCommand(completion: completion)])
    }

    /// Sends a SUBSCRIBE or UNSUBSCRIBE for topics.
    func send(_ kind: SubscriptionCommand.Kind, topics: [String]) {
        guard !topics.isEmpty else { return }
        pendingSubscriptions += 1
        let channels = topics.map { RedisArgument.text(settings.channelPrefix + $0) }
        send([.text(kind.rawValue)] + channels, answeredTo: .subscription(.init(kind: kind, topics: topics)))
    }

    /// Closes the connection.
    ///
    /// - Parameter reason: what to report; the first reason given counts.
    func close(_ reason: RedisCloseReason) {
        guard closeReason == nil else { return }
        closeReason = reason
        guard let context else { return }
        if reason.distrusts, let socket = context.channel as? any SocketOptionProvider {
            // A socket that does not linger is reset, and the system drops what it has not delivered.
            socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in }
        }
        context.close(promise: nil)
    }

    /// Closes the connection once all has been handled that has arrived: what is answered there is answered.
    func closeAfterRead(_ reason: RedisCloseReason) {
        guard isReading else { return close(reason) }
        closesAfterRead = closesAfterRead ?? reason
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        var buffer = ByteBuffer()
        for step in settings.handshake { buffer.writeRedisCommand(step.arguments) }
        let commands = settings.handshake.map { PendingCommand(completion: .handshake($0)) }
        send(buffer, answeredTo: commands, within: settings.handshakeTimeout)
        startWatch(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard closeReason == nil else { return }
        lastRead = .now()
        isReading = true
        do throws(RESPError) {
            try reader.feed(unwrapInboundIn(data))
            while closeReason == nil, let reply = try reader.next() {
                handle(reply)
            }
        } catch {
            close(.protocolViolation(error.message))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        // After the end there may be nobody to report to.
        if self.context != nil { reportAnswered() }
        if let closesAfterRead { close(closesAfterRead) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Who hangs up on what we have sent meanwhile resets the connection.
        close(passedOver ?? .failed(because: error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        self.context = nil
        let reason = closeReason ?? closesAfterRead ?? passedOver ?? .closedByPeer
        closeReason = reason
        let abandoned = pending
        pending.removeAll()
        pendingSubscriptions = 0
        let now = NIODeadline.now()
        for command in abandoned {
            let code: PubSubError.Code = command.deadline <= now ? .timeout : .unconfirmed
            abandon(command, PubSubError(code, "\(command.name) was not answered: \(reason)"))
        }
        reportAnswered()
        link.connectionClosed(self, reason)
    }

    private func abandon(_ command: PendingCommand, _ error: PubSubError) {
        count(command)
        if case .publish = command.completion { events.publishAnswered(failed: error.code) }
        command.completion.fail(error)
    }

    private func count(_ command: PendingCommand) {
        guard command.bytes > 0 else { return }
        answeredCommands += 1
        answeredBytes += command.bytes
    }

    private func reportAnswered() {
        events.readCompleted(answeredCommands: answeredCommands, answeredBytes: answeredBytes)
        (answeredCommands, answeredBytes) = (0, 0)
    }

    // MARK: Silence

    /// Looks regularly whether Redis still answers.
    private func startWatch(_ context: ChannelHandlerContext) {
        let shortest = min(settings.pingInterval, settings.commandTimeout, settings.handshakeTimeout)
        let interval = TimeAmount.nanoseconds(max(10_000_000, min(shortest.nanoseconds / 4, 1_000_000_000)))
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        watch = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            connection.value.checkSilence(now: .now())
        }
    }

    private func checkSilence(now: NIODeadline) {
        guard closeReason == nil else { return }
        if let oldest = pending.first {
            if oldest.deadline <= now { close(.silent(command: oldest.name)) }
        } else if now - lastRead >= settings.pingInterval {
            send(["PING"], answeredTo: .ping)
        }
    }

    // MARK: Replies

    private func handle(_ reply: borrowing RedisReply) {
        // Not on the publisher: there an array that begins with "message" is just an answer to a command.
        if settings.role == .subscriber, handleEvent(reply) { return }
        guard let command = pending.popFirst() else {
            close(.protocolViolation(reply.errorMessage.map(redacted) ?? "a reply without a command"))
            return
        }
        count(command)
        switch command.completion {
        case .publish(let promise):
            if let message = reply.errorMessage {
                events.publishAnswered(failed: .rejected)
                promise.fail(PubSubError(.rejected, message))
            } else {
                events.publishAnswered(failed: nil)
                promise.succeed(())
            }
        case .command(let promise):
            if let message = reply.errorMessage {
                promise.fail(PubSubError(.rejected, message))
                if RedisErrorMessage(message).isOfReplica { events.redisIsReadOnly() }
            } else {
                promise.succeed(reply.value)
            }
        case .probe:
            if let message = reply.errorMessage {
                events.probeRefused(message: message)
            } else {
                events.probePublished()
            }
        case .ping: handlePing(reply.errorMessage.map { RedisErrorMessage($0) })
        case .handshake(let step): handleHandshake(step, reply.errorMessage)
        case .subscription(let subscription):
            pendingSubscriptions -= 1
            guard let message = reply.errorMessage else {
                return close(.protocolViolation("an unexpected answer to \(subscription.kind.rawValue)"))
            }
            events.subscriptionRefused(subscription, message: message)
        }
    }

    /// Handles a message, or an array that answers a command of a subscriber.
    ///
    /// - Returns: false if it is neither.
    private func handleEvent(_ reply: borrowing RedisReply) -> Bool {
        let handled = reply.withPubSubEvent { kind, channel, payload in
            if kind.equals("message") {
                events.received(channel: channel, payload: payload)
                return true
            }
            return handleAnswer(kind, channel)
        }
        return handled ?? false
    }

    /// Handles the array answers of a connection that is subscribed.
    ///
    /// - Returns: false if it is none.
    private func handleAnswer(_ kind: UnsafeRawBufferPointer, _ channel: UnsafeRawBufferPointer) -> Bool {
        guard let head = pending.first else { return false }
        switch head.completion {
        case .subscription(var subscription):
            guard kind.equals(subscription.kind.event),
                isChannel(channel, ofTopic: subscription.topics[subscription.answered])
            else { return false }
            events.subscriptionDone(subscription.kind, topic: subscription.topics[subscription.answered])
            subscription.answered += 1
            if subscription.answered == subscription.topics.count {
                pending.removeFirst()
                pendingSubscriptions -= 1
            } else {
                pending[pending.startIndex].completion = .subscription(subscription)
            }
            return true
        case .handshake(let step) where step.isLast && kind.equals("subscribe"):
            pending.removeFirst()
            handleHandshake(step, nil)
            return true
        case .ping where kind.equals("pong"):
            pending.removeFirst()
            return true
        case .handshake, .ping, .probe, .publish, .command: return false
        }
    }

    private func isChannel(_ channel: UnsafeRawBufferPointer, ofTopic topic: String) -> Bool {
        channel.starts(with: channelPrefix) && channel.dropFirst(channelPrefix.count).elementsEqual(topic.utf8)
    }

    private func handleHandshake(_ step: HandshakeStep, _ error: String?) {
        if let error {
            let reason = RedisCloseReason.refused(step: step.name, message: redacted(error))
            guard !step.fails(with: RedisErrorMessage(error)) else { return close(reason) }
            passedOver = passedOver ?? reason
        }
        guard step.isLast else { return }
        passedOver = nil
        link.handshakeSucceeded(self)
    }

    /// An answer is a proof of life, whatever it says.
    private func handlePing(_ error: RedisErrorMessage?) {
        guard let error else { return }
        if error.refusesConnection {
            close(.refused(step: "PING", message: redacted(error.text)))
        } else if error.isOfReplica {
            events.redisIsReadOnly()
        }
    }

    /// Removes the password from a message: Redis and its imitators quote the arguments of commands they don't know.
    private func redacted(_ message: String) -> String {
        guard let password = settings.password, !password.isEmpty else { return message }
        return message.replacing(password, with: "***")
    }
}

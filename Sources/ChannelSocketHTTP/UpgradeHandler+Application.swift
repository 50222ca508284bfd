import ChannelSocket
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// The connection between the application's requests and a WebSocket.
extension UpgradeHandler {
    /// What the application's loop ends with when a mount gets the connection; nobody is told.
    private struct ConnectionTaken: Error {}

    /// Makes the connection one for the application, beginning with the request head just read.
    func handOver(_ head: NIOAny, context: ChannelHandlerContext) {
        stopTimeout()
        do {
            let http = try context.channel.addApplicationHandlers(
                configuration.http1, isSecure: configuration.encryption != nil, logger: logger
            )
            state = .serving
            application = .running
            account = ticket.map { RequestAccount(admission: admission, ticket: $0) }
            settle(http)
            passOn(head, context: context)
            watchIdleness(context: context)
        } catch {
            logger.error("could not set up an HTTP connection", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        }
    }

    /// Hands a part of a request to the application.
    func passOn(_ data: NIOAny, context: ChannelHandlerContext) {
        var data = data
        switch Self.unwrapInboundIn(data) {
        case .head(var head):
            account?.requestBegan()
            guard head.endsHTTP else { break }
            // The decoder stops behind it and would only keep what comes. The application has to see that it is the
            // last one, or it would wait for another.
            state = .finishing(wasIdle: false)
            head.headers.replaceOrAdd(name: "connection", value: "close")
            data = NIOAny(HTTPServerRequestPart.head(head))
        case .body: break
        case .end: account?.requestEnded()
        }
        lastActive = context.eventLoop.now
        context.fireChannelRead(data)
    }

    /// Closes the connection when its client has asked for nothing, or not ended its request, for too long.
    ///
    /// Hummingbird's own handler could do that too, but nobody would know.
    private func watchIdleness(context: ChannelHandlerContext) {
        guard timeout == nil, let limit = configuration.http1.idleTimeout else { return }
        startTimeout(lastActive + limit - context.eventLoop.now, context: context) { handler, context in
            // Begins again with the last answer.
            guard !handler.owesAnswers else { return }
            guard context.eventLoop.now - handler.lastActive >= limit else {
                return handler.watchIdleness(context: context)
            }
            handler.statistics.count(.idleHTTPConnections)
            context.close(promise: nil)
        }
    }

    /// Whether the application has to answer first.
    var owesAnswers: Bool { account.map { !$0.isSettled } ?? false }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(announcingEnd(data), promise: promise)
        guard application == .running, case .end = Self.unwrapOutboundIn(data) else { return }
        account?.answerEnded(on: context.channel)
        guard !owesAnswers else { return }
        switch state {
        case .waitingForAnswers(let head, let mount): consider(head, for: mount, context: context)
        case .refusing(let status, let body): refuse(status, body, context: context)
        default:
            lastActive = context.eventLoop.now
            watchIdleness(context: context)
        }
    }

    /// Tells the client which answer is the last.
    private func announcingEnd(_ data: NIOAny) -> NIOAny {
        guard case .finishing = state, account?.isLastAnswer == true,
            case .head(var head) = Self.unwrapOutboundIn(data), !(100..<200).contains(head.status.code)
        else { return data }
        head.headers.replaceOrAdd(name: "connection", value: "close")
        return NIOAny(HTTPServerResponsePart.head(head))
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        context.fireChannelWritabilityChanged()
        guard application == .running, !isDraining else { return }
        switch state {
        case .serving, .waitingForEnd, .waitingForAnswers, .refusing, .finishing: break
        default: return
        }
        account?.writabilityChanged(on: context.channel)
        if context.channel.isWritable {
            stopTimeout()
            if !owesAnswers { watchIdleness(context: context) }
        } else {
            limitUnread(context: context)
        }
    }

    /// Gives the connection up when its client does not read; the application waits until it does, and looks at no
    /// clock.
    func limitUnread(context: ChannelHandlerContext) {
        startTimeout(configuration.http1.idleTimeout ?? .seconds(60), context: context) { handler, context in
            handler.statistics.count(.unreadAnswers)
            context.channel.giveUp()
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch state {
        case .deciding where application != .none, .leavingApplication:
            // It is no longer the application's.
            promise?.succeed(())
        case .finishing(let wasIdle) where mode == .all:
            // The application does not wait until the last answer is out.
            promise?.succeed(())
            closeBehindAnswers(lingering: !wasIdle, context: context)
        case .serving where mode == .output, .waitingForEnd where mode == .output,
            .waitingForAnswers where mode == .output, .refusing where mode == .output, .finishing where mode == .output:
            // It answers nothing more, as a client wanted or an answer could not be finished.
            promise?.succeed(())
            if !isDraining, context.channel.isWritable { limitUnread(context: context) }
            closeBehindAnswers(lingering: true, context: context)
        default:
            context.close(mode: mode, promise: promise)
        }
    }

    /// Closes this side when all answers are out; then the connection, at once or when the client has had time to.
    ///
    /// A client that has sent more than was read, and closed at once, would be reset and could lose the answers.
    private func closeBehindAnswers(lingering: Bool, context: ChannelHandlerContext) {
        state = .closing
        let closed = context.eventLoop.makePromise(of: Void.self)
        closed.futureResult.assumeIsolated().whenComplete { [self] _ in
            guard let context = self.context else { return }
            if lingering { linger(context: context) } else { context.close(promise: nil) }
        }
        context.close(mode: .output, promise: closed)
        resumeReading()
    }

    /// Has the application let go of the connection, and goes on then.
    func leaveApplication(context: ChannelHandlerContext, then goOn: @escaping () -> Void) {
        state = .leavingApplication(goOn)
        context.fireErrorCaught(ConnectionTaken())
    }

    /// The application's loop has ended.
    ///
    /// - Returns: whether the connection is on its way to become a WebSocket.
    func applicationEnded() -> Bool {
        application = .ended
        switch state {
        case .leavingApplication(let goOn):
            goOn()
            return true
        case .deciding: return true
        default: return false
        }
    }

    /// Takes what the application has left behind out of the WebSocket's way.
    func bypassApplication(context: ChannelHandlerContext) throws {
        let pipeline = context.pipeline.syncOperations
        try ApplicationBypass.install(behind: self, in: pipeline)
        for leftover in [
            try pipeline.context(handlerType: HTTP1ToHTTPServerCodec.self),
            try pipeline.context(handlerType: HTTPConnectionStateHandler.self),
        ] {
            pipeline.removeHandler(context: leftover, promise: nil)
        }
    }
}

extension HTTPRequestHead {
    /// Whether what follows may be in another protocol, as the decoder sees it, or as it might.
    fileprivate var endsHTTP: Bool { method == .CONNECT || headers.contains(name: "upgrade") }
}

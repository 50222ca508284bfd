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
            context.fireChannelRead(head)
        } catch {
            logger.error("could not set up an HTTP connection", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        }
    }

    /// Whether the application has to answer first.
    var owesAnswers: Bool { account.map { !$0.isSettled } ?? false }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        guard application == .running, case .end = Self.unwrapOutboundIn(data) else { return }
        account?.answerEnded(on: context.channel)
        if !owesAnswers, case .waitingForAnswers(let head, let mount) = state {
            consider(head, for: mount, context: context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        context.fireChannelWritabilityChanged()
        guard application == .running else { return }
        switch state {
        case .serving, .waitingForEnd, .waitingForAnswers: break
        default: return
        }
        account?.writabilityChanged(on: context.channel)
        guard !context.channel.isWritable else { return stopTimeout() }
        // The application waits until it can write on, and looks at no clock.
        startTimeout(configuration.http1.idleTimeout ?? .seconds(60), context: context) { handler, context in
            handler.statistics.count(.unreadAnswers)
            context.close(promise: nil)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch state {
        case .deciding where application != .none, .leavingApplication:
            // It is no longer the application's.
            promise?.succeed(())
        default:
            context.close(mode: mode, promise: promise)
        }
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

import ChannelSocket
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Looks at the requests of a connection, hands those that no mount wants to the application, and makes of the first
/// that one wants a WebSocket or a refusal; then it leaves.
///
/// Most WebSockets are opened with a connection's first request. But proxies that keep connections to nodes open and
/// share them among clients (Envoy, nginx with `keepalive`, the balancers of clouds) send upgrades after other requests.
final class UpgradeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart
    typealias HTTPPromise = EventLoopPromise<NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?>

    enum State {
        /// No request yet.
        case waitingForHead
        /// The application serves the connection, until a mount wants one of its requests.
        case serving
        /// A mount has the request, which has to end before it can be answered.
        case waitingForEnd(HTTPRequestHead, any WebSocketMount)
        /// It has ended, but the application still owes answers to those before it.
        case waitingForAnswers(HTTPRequestHead, any WebSocketMount)
        /// The mount is being asked. Nothing is read meanwhile, so that the client can't fill our memory.
        case deciding(HTTPRequestHead, Task<Void, Never>)
        /// Refused, but the application still owes answers to the requests before it.
        case refusing(HTTPResponseStatus, String)
        /// Accepted, and the application is letting go of the connection; the closure goes on.
        case leavingApplication(() -> Void)
        /// The HTTP handlers are being removed; what they had read already is kept for the WebSocket.
        case upgrading(leftovers: [NIOAny])
        /// The application answers what it was asked, and no further request is read: the server ends, or the client has
        /// sent its last.
        case finishing(wasIdle: Bool)
        /// The last answer is on its way, and the client may close.
        case closing
        /// Nothing is left to do here.
        case done
    }

    /// What the application has to do with the connection.
    enum Application {
        case none, running, ended
    }

    /// How long a client may take to close when it has got the last answer.
    static let lingerTimeout = TimeAmount.seconds(2)

    let mounts: [any WebSocketMount]
    let configuration: MountedHTTPChannel.Configuration
    let encoder: HTTPResponseEncoder
    let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    let openWebSockets: OpenWebSockets
    let admission: Admission
    let statistics: NodeStatistics
    let logger: Logger
    private var promise: HTTPPromise?
    private(set) var timeout: Scheduled<Void>?
    /// What the connection is counted as; nil until it is active.
    private(set) var ticket: Admission.Ticket?
    var state = State.waitingForHead
    /// Nil when the handler is not in a pipeline.
    private(set) var context: ChannelHandlerContext?
    /// Whether the channel asked to read while nothing was to be read.
    var owesRead = false
    /// Whether the client has sent something, be it a whole request or not.
    private(set) var hasBegun = false
    /// Whether the last answer is out, or will be at once, and the client has little time to close.
    var isLingering = false
    /// Whether the server ends.
    var isDraining = false
    /// When the application was last asked or has last answered something.
    var lastActive = NIODeadline.uptimeNanoseconds(0)
    var application = Application.none
    /// What the application has been asked and has answered.
    var account: RequestAccount?

    init(
        mounts: [any WebSocketMount],
        configuration: MountedHTTPChannel.Configuration,
        encoder: HTTPResponseEncoder,
        decoder: ByteToMessageHandler<HTTPRequestDecoder>,
        openWebSockets: OpenWebSockets,
        admission: Admission,
        statistics: NodeStatistics,
        promise: HTTPPromise,
        logger: Logger
    ) {
        self.mounts = mounts
        self.configuration = configuration
        self.encoder = encoder
        self.decoder = decoder
        self.openWebSockets = openWebSockets
        self.admission = admission
        self.statistics = statistics
        self.promise = promise
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        startTimeout(configuration.handshakeTimeout, context: context) { handler, context in
            handler.statistics.count(.handshakeTimeouts)
            context.channel.giveUp()
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        let (ticket, refusal) = admission.admit(context.channel, peer(context))
        guard let ticket else { return context.channel.giveUp() }
        self.ticket = ticket
        // This handler leaves the pipeline before the connection is closed.
        context.channel.closeFuture.assumeIsolated().whenComplete { [admission, openWebSockets] _ in
            if ticket.isWebSocket { openWebSockets.closed() }
            admission.leave(ticket)
        }
        if let refusal { refuse(refusal, client: peer(context), context: context) }
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    // MARK: Inbound

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .waitingForHead:
            // The decoder begins with a head or an error.
            guard case .head(let head) = Self.unwrapInboundIn(data) else { return }
            if let mount = mount(for: head) {
                state = .waitingForEnd(head, mount)
            } else {
                handOver(data, context: context)
            }
        case .serving:
            let part = Self.unwrapInboundIn(data)
            if case .head(let head) = part, let mount = mount(for: head) {
                state = .waitingForEnd(head, mount)
            } else {
                passOn(data, context: context)
            }
        case .finishing:
            // A request that was being read may end.
            if account?.isReading == true { passOn(data, context: context) }
        case .waitingForEnd(let head, let mount):
            guard case .end = Self.unwrapInboundIn(data) else { return }
            if owesAnswers {
                state = .waitingForAnswers(head, mount)
            } else {
                consider(head, for: mount, context: context)
            }
        case .waitingForAnswers, .deciding, .leavingApplication:
            // The decoder stops behind an upgrade request; if it does not, it took frames for a second request.
            statistics.count(.malformedRequests)
            refuse(.badRequest, "the request is not an upgrade", context: context)
        case .upgrading(var leftovers):
            state = .done
            leftovers.append(data)
            state = .upgrading(leftovers: leftovers)
        case .refusing, .closing:
            break
        case .done:
            context.fireChannelRead(data)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        hasBegun = true
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        switch state {
        case .waitingForAnswers, .refusing, .deciding, .leavingApplication, .upgrading:
            owesRead = true
        case .finishing where account?.isReading != true:
            owesRead = true
        case .waitingForHead, .serving, .waitingForEnd, .finishing, .closing, .done:
            context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            switch state {
            // Gone, or half-closed, which no WebSocket client does before its handshake is done.
            case .waitingForHead, .waitingForEnd, .waitingForAnswers, .deciding, .leavingApplication, .upgrading,
                .closing:
                context.close(promise: nil)
            // The application's answers are still for the client.
            case .refusing: break
            case .serving, .finishing, .done: context.fireUserInboundEventTriggered(event)
            }
        case is ChannelShouldQuiesceEvent: shutDown(event, context: context)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What fills the decoder is part of a head that its own limits do not see, or comes behind the last request.
        let isOverflow = error is ByteToMessageDecoderError.PayloadTooLargeError
        let error: any Error = isOverflow ? HTTPParserError.headerOverflow : error
        switch state {
        case .waitingForHead, .waitingForEnd, .waitingForAnswers, .deciding:
            // What ends in the middle is no malformed request, be it the client or a limit that ended it.
            guard let error = error as? HTTPParserError, error != .invalidEOFState else {
                return context.close(promise: nil)
            }
            statistics.count(.malformedRequests)
            switch error {
            case .headerOverflow: refuse(.requestHeaderFieldsTooLarge, "request head too large", context: context)
            case .invalidVersion: refuse(.httpVersionNotSupported, "HTTP version not supported", context: context)
            default: refuse(.badRequest, "not an HTTP request", context: context)
            }
        case .refusing where error is ByteToMessageDecoderError || error is HTTPParserError,
            .closing where error is ByteToMessageDecoderError || error is HTTPParserError:
            // More of the same; the answer must get out.
            break
        case .refusing, .closing, .leavingApplication, .upgrading:
            context.close(promise: nil)
        case .serving, .finishing:
            // The application answers with 400. A client that goes away within a request has none to be refused.
            if let error = error as? HTTPParserError, error != .invalidEOFState {
                statistics.count(.malformedRequests)
            }
            context.fireErrorCaught(error)
        case .done:
            context.fireErrorCaught(error)
        }
    }

    private func mount(for head: HTTPRequestHead) -> (any WebSocketMount)? {
        guard head.method == .GET else { return nil }
        let path = head.uri.prefix { $0 != "?" }
        return mounts.first { $0.matches(path: String(path)) }
    }

    // MARK: Once

    /// Tells the server what there is to serve.
    func settle(_ http: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?) {
        promise?.succeed(http)
        promise = nil
    }

    func startTimeout(
        _ delay: TimeAmount, context: ChannelHandlerContext,
        _ action: @escaping (UpgradeHandler, ChannelHandlerContext) -> Void
    ) {
        stopTimeout()
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            timeout = nil
            if let context = self.context { action(self, context) }
        }
    }

    func stopTimeout() {
        timeout?.cancel()
        timeout = nil
    }

    private func end() {
        if case .deciding(_, let task) = state { task.cancel() }
        state = .done
        stopTimeout()
        settle(nil)
        context = nil
    }
}

@available(*, unavailable)
extension UpgradeHandler: Sendable {}

import ChannelSocket
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Looks at the first request of a connection and makes of it a WebSocket, a refusal, or a connection for the
/// application, and then leaves.
final class UpgradeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart
    typealias HTTPPromise = EventLoopPromise<NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?>

    enum State {
        /// No request yet.
        case waitingForHead
        /// A mount has the request, which has to end before it can be answered.
        case waitingForEnd(HTTPRequestHead, any WebSocketMount)
        /// The mount is being asked. Nothing is read meanwhile, so that the client can't fill our memory.
        case deciding(HTTPRequestHead, Task<Void, Never>)
        /// The HTTP handlers are being removed; what they had read already is kept for the WebSocket.
        case upgrading(leftovers: [NIOAny])
        /// Refused: the answer is on its way, and the client may close.
        case refused
        /// Nothing is left to do here.
        case done
    }

    /// How long a refused client may take to read the answer and close.
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
    private var timeout: Scheduled<Void>?
    /// What the connection is counted as; nil until it is active.
    private(set) var ticket: Admission.Ticket?
    var state = State.waitingForHead
    /// Nil when the handler is not in a pipeline.
    private(set) var context: ChannelHandlerContext?
    /// Whether the channel asked to read while nothing was to be read.
    var owesRead = false

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
            context.close(promise: nil)
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        let (ticket, refusal) = admission.admit(context.channel, peer(context))
        guard let ticket else { return context.close(promise: nil) }
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
                if let ticket { admission.requestCame(ticket) }
                state = .waitingForEnd(head, mount)
            } else {
                handOver(data, context: context)
            }
        case .waitingForEnd(let head, let mount):
            guard case .end = Self.unwrapInboundIn(data) else { return }
            if let problem = UpgradeValidation.problem(with: head) {
                statistics.count(.malformedRequests)
                refuse(.badRequest, problem, context: context)
            } else {
                ask(mount, head, context: context)
            }
        case .deciding:
            // The decoder stops behind an upgrade request; if it does not, it took frames for a second request.
            statistics.count(.malformedRequests)
            refuse(.badRequest, "the request is not an upgrade", context: context)
        case .upgrading(var leftovers):
            state = .done
            leftovers.append(data)
            state = .upgrading(leftovers: leftovers)
        case .refused:
            break
        case .done:
            context.fireChannelRead(data)
        }
    }

    func read(context: ChannelHandlerContext) {
        switch state {
        case .deciding, .upgrading:
            owesRead = true
        case .waitingForHead, .waitingForEnd, .refused, .done:
            context.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            switch state {
            // Gone, or half-closed, which no WebSocket client does before its handshake is done.
            case .waitingForHead, .waitingForEnd, .deciding, .upgrading, .refused: context.close(promise: nil)
            case .done: context.fireUserInboundEventTriggered(event)
            }
        case is ChannelShouldQuiesceEvent:
            switch state {
            case .waitingForHead, .upgrading: context.close(promise: nil)
            case .waitingForEnd, .deciding: refuse(.serviceUnavailable, "", context: context)
            case .refused: break
            case .done: context.fireUserInboundEventTriggered(event)
            }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch state {
        case .waitingForHead, .waitingForEnd, .deciding:
            guard let error = error as? HTTPParserError else { return context.close(promise: nil) }
            statistics.count(.malformedRequests)
            switch error {
            case .headerOverflow: refuse(.requestHeaderFieldsTooLarge, "", context: context)
            case .invalidVersion: refuse(.httpVersionNotSupported, "", context: context)
            default: refuse(.badRequest, "", context: context)
            }
        case .refused where error is ByteToMessageDecoderError || error is HTTPParserError:
            // More of the same; the answer must get out.
            break
        case .refused, .upgrading:
            context.close(promise: nil)
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

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
    private static let lingerTimeout = TimeAmount.seconds(2)

    let mounts: [any WebSocketMount]
    let configuration: MountedHTTPChannel.Configuration
    let encoder: HTTPResponseEncoder
    let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    let openWebSockets: OpenWebSockets
    let logger: Logger
    private var promise: HTTPPromise?
    private var timeout: Scheduled<Void>?
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
        promise: HTTPPromise,
        logger: Logger
    ) {
        self.mounts = mounts
        self.configuration = configuration
        self.encoder = encoder
        self.decoder = decoder
        self.openWebSockets = openWebSockets
        self.promise = promise
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        closeLater(in: configuration.handshakeTimeout, context: context)
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
        case .waitingForEnd(let head, let mount):
            guard case .end = Self.unwrapInboundIn(data) else { return }
            if let problem = UpgradeValidation.problem(with: head) {
                refuse(.badRequest, problem, context: context)
            } else {
                ask(mount, head, context: context)
            }
        case .deciding:
            // The decoder stops behind an upgrade request; if it does not, it took frames for a second request.
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
            switch error {
            case HTTPParserError.headerOverflow: refuse(.requestHeaderFieldsTooLarge, "", context: context)
            case HTTPParserError.invalidVersion: refuse(.httpVersionNotSupported, "", context: context)
            case is HTTPParserError: refuse(.badRequest, "", context: context)
            default: context.close(promise: nil)
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

    // MARK: Deciding

    private func ask(_ mount: any WebSocketMount, _ head: HTTPRequestHead, context: ChannelHandlerContext) {
        stopTimeout()
        // Counted before the server may take this connection for finished, or a shutdown right now would not wait.
        openWebSockets.opened()
        context.channel.closeFuture.whenComplete { [openWebSockets] _ in openWebSockets.closed() }
        settle(nil)
        let request = UpgradeRequest(head, peer: context.remoteAddress)
        let eventLoop = context.eventLoop
        let handler = NIOLoopBound(self, eventLoop: eventLoop)
        // Not the task that serves the connection, so that this one can be cancelled when the client goes away.
        let task = Task {
            let decision = await mount.decide(request)
            eventLoop.execute { handler.value.decided(decision) }
        }
        state = .deciding(head, task)
    }

    private func decided(_ decision: UpgradeDecision) {
        guard case .deciding(let head, _) = state, let context else { return }
        switch decision {
        case .refuse(let status, let body):
            refuse(HTTPResponseStatus(statusCode: status), body, context: context)
        case .accept(let headers, let install):
            upgrade(head, headers: headers, install: install, context: context)
        }
    }

    // MARK: Outcomes

    /// Answers, and closes when the client has done so.
    func refuse(_ status: HTTPResponseStatus, _ body: String, context: ChannelHandlerContext) {
        if case .deciding(_, let task) = state { task.cancel() }
        state = .refused
        settle(nil)
        let body = ByteBuffer(string: body)
        var head = HTTPResponseHead(version: .http1_1, status: status)
        head.headers.add(name: "content-length", value: String(body.readableBytes))
        head.headers.add(name: "connection", value: "close")
        if body.readableBytes > 0 {
            head.headers.add(name: "content-type", value: "text/plain; charset=utf-8")
            context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
            context.write(Self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        } else {
            context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        }
        let written = context.writeAndFlush(Self.wrapOutboundOut(.end(nil)))
        // Closing the whole socket now would reset it if the client has sent more, and the answer could be lost.
        closeLater(in: Self.lingerTimeout, context: context)
        written.assumeIsolated().whenComplete { [self] _ in
            self.context?.close(mode: .output, promise: nil)
        }
        resumeReading()
    }

    /// Makes the connection one for the application, beginning with the request head just read.
    private func handOver(_ head: NIOAny, context: ChannelHandlerContext) {
        stopTimeout()
        do {
            let http = try context.channel.addApplicationHandlers(configuration.http1, logger: logger)
            state = .done
            settle(http)
            context.fireChannelRead(head)
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } catch {
            logger.error("could not set up an HTTP connection", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        }
    }

    func resumeReading() {
        guard owesRead else { return }
        owesRead = false
        context?.read()
    }

    // MARK: Once

    /// Tells the server what there is to serve.
    private func settle(_ http: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?) {
        promise?.succeed(http)
        promise = nil
    }

    private func closeLater(in delay: TimeAmount, context: ChannelHandlerContext) {
        stopTimeout()
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
            self.context?.close(promise: nil)
        }
    }

    private func stopTimeout() {
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

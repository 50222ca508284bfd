import ChannelSocket
import Logging
import NIOCore
import NIOHTTP1

/// What a connection becomes, if no WebSocket.
extension UpgradeHandler {
    /// Answers, behind what the application still has to, and closes when the client has done so.
    func refuse(_ status: HTTPResponseStatus, _ body: String, context: ChannelHandlerContext) {
        if case .deciding(_, let task) = state { task.cancel() }
        guard !owesAnswers else {
            // Clients take answers in the order of their requests.
            state = .refusing(status, body)
            return
        }
        state = .closing
        settle(nil)
        let body = ByteBuffer(string: body)
        var head = HTTPResponseHead(version: .http1_1, status: status)
        head.headers.add(name: "content-length", value: String(body.readableBytes))
        head.headers.add(name: "connection", value: "close")
        if status == .serviceUnavailable || status == .tooManyRequests {
            let seconds = admission.limits.retryAfter.nanoseconds / 1_000_000_000
            head.headers.add(name: "retry-after", value: String(seconds))
        }
        if body.readableBytes > 0 {
            head.headers.add(name: "content-type", value: "text/plain; charset=utf-8")
            context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
            context.write(Self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        } else {
            context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        }
        let written = context.writeAndFlush(Self.wrapOutboundOut(.end(nil)))
        if context.channel.isWritable {
            linger(context: context)
        } else if !isDraining {
            // The client does not read the answers before; a shutdown has its own limit for that.
            limitUnread(context: context)
        }
        written.assumeIsolated().whenComplete { [self] _ in
            guard let context = self.context else { return }
            context.close(mode: .output, promise: nil)
            linger(context: context)
        }
        resumeReading()
    }

    /// Waits for the client to close.
    ///
    /// Closing the whole socket at once would reset it if the client has sent more, and the answer could be lost.
    func linger(context: ChannelHandlerContext) {
        isLingering = true
        startTimeout(Self.lingerTimeout, context: context) { _, context in context.channel.giveUp() }
    }

    /// Answers a connection that is one too many.
    func refuse(_ refusal: Admission.Refusal, client: SocketAddress?, context: ChannelHandlerContext) {
        if admission.mayLog(at: context.eventLoop.now) {
            // Whoever runs a proxy that is not among the trusted ones finds out here.
            logger.warning(
                "connections refused",
                metadata: ["reason": "\(refusal.reason)", "client.address": "\(client?.ipAddress ?? "unknown")"]
            )
        }
        refuse(refusal.status, refusal.reason, context: context)
    }

    /// The server ends, and with it what is not a WebSocket yet.
    func shutDown(_ event: Any, context: ChannelHandlerContext) {
        isDraining = true
        switch state {
        case .waitingForHead where !hasBegun:
            context.close(promise: nil)
        case .waitingForHead, .waitingForEnd, .waitingForAnswers, .deciding:
            statistics.count(.drainedHandshakes)
            limitDraining(context: context)
            refuse(.serviceUnavailable, "shutting down", context: context)
        case .leavingApplication, .upgrading:
            statistics.count(.drainedHandshakes)
            context.close(promise: nil)
        case .serving:
            // Left to the application alone, a client could have it go on for as long as it sends a request before the
            // last one is answered, or does not read.
            state = .finishing(wasIdle: !owesAnswers && account?.isReading != true)
            fallthrough
        case .finishing:
            limitDraining(context: context)
            context.fireUserInboundEventTriggered(event)
        case .refusing: limitDraining(context: context)
        case .closing: if !isLingering { limitDraining(context: context) }
        case .done: context.fireUserInboundEventTriggered(event)
        }
    }

    /// Gives the connection up when the application, or its client, takes too long.
    private func limitDraining(context: ChannelHandlerContext) {
        startTimeout(configuration.drainTimeout, context: context) { handler, context in
            handler.statistics.count(.drainedRequests)
            context.channel.giveUp()
        }
    }

    func resumeReading() {
        guard owesRead else { return }
        owesRead = false
        context?.read()
    }
}

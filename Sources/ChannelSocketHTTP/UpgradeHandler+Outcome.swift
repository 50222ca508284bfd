import ChannelSocket
import Logging
import NIOCore
import NIOHTTP1

/// What a connection becomes, if no WebSocket.
extension UpgradeHandler {
    /// Answers, and closes when the client has done so.
    func refuse(_ status: HTTPResponseStatus, _ body: String, context: ChannelHandlerContext) {
        if case .deciding(_, let task) = state { task.cancel() }
        state = .refused
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
        // Closing the whole socket now would reset it if the client has sent more, and the answer could be lost.
        startTimeout(Self.lingerTimeout, context: context) { _, context in context.close(promise: nil) }
        written.assumeIsolated().whenComplete { [self] _ in
            self.context?.close(mode: .output, promise: nil)
        }
        resumeReading()
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
        switch state {
        case .waitingForHead:
            context.close(promise: nil)
        case .waitingForEnd where owesAnswers, .waitingForAnswers:
            statistics.count(.drainedHandshakes)
            // The application closes behind its answers.
            state = .refused
            context.fireUserInboundEventTriggered(event)
        case .waitingForEnd, .deciding:
            statistics.count(.drainedHandshakes)
            refuse(.serviceUnavailable, "shutting down", context: context)
        case .leavingApplication, .upgrading:
            statistics.count(.drainedHandshakes)
            context.close(promise: nil)
        case .refused: break
        case .serving, .done: context.fireUserInboundEventTriggered(event)
        }
    }

    func resumeReading() {
        guard owesRead else { return }
        owesRead = false
        context?.read()
    }
}

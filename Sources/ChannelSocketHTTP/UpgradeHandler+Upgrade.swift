import ChannelSocket
import Logging
import NIOCore
import NIOHTTP1
import NIOWebSocket

extension UpgradeHandler {
    /// Computes `Sec-WebSocket-Accept`; everything else of NIO's upgrader goes unused.
    private static let upgrader = NIOTypedWebSocketServerUpgrader<Void>(
        shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
        upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
    )

    /// Answers 101 and hands the connection to the WebSocket, with nothing of HTTP left in the pipeline.
    func upgrade(
        _ request: HTTPRequestHead,
        headers: [(name: String, value: String)],
        install: @escaping @Sendable (any Channel) throws -> Void,
        context: ChannelHandlerContext
    ) {
        let response = Self.upgrader.buildUpgradeResponse(
            channel: context.channel, upgradeRequest: request, initialResponseHeaders: [:]
        )
        response.assumeIsolated().whenComplete { [self] result in
            guard let context = self.context else { return }
            switch result {
            case .success(var fields):
                for header in headers {
                    fields.add(name: header.name, value: header.value)
                }
                switchProtocols(fields, install: install, context: context)
            case .failure:
                // All else was validated before.
                statistics.count(.malformedRequests)
                refuse(.badRequest, "'sec-websocket-key' header must be given once", context: context)
            }
        }
    }

    private func switchProtocols(
        _ headers: HTTPHeaders,
        install: @escaping @Sendable (any Channel) throws -> Void,
        context: ChannelHandlerContext
    ) {
        state = .upgrading(leftovers: [])
        let pipeline = context.pipeline.syncOperations
        let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
        context.writeAndFlush(Self.wrapOutboundOut(.head(head)), promise: nil)
        // The decoder passes on what it has read beyond the request when it is removed, in a later tick.
        pipeline.removeHandler(decoder).and(pipeline.removeHandler(encoder)).assumeIsolated().whenComplete {
            [self] _ in
            guard let context = self.context else { return }
            finish(install: install, context: context)
        }
    }

    private func finish(install: @Sendable (any Channel) throws -> Void, context: ChannelHandlerContext) {
        guard case .upgrading(let leftovers) = state else { return }
        do {
            if application == .ended { try bypassApplication(context: context) }
            try install(context.channel)
        } catch {
            logger.error("could not set up a WebSocket", metadata: ["error": "\(error)"])
            context.close(promise: nil)
            return
        }
        state = .done
        for data in leftovers {
            context.fireChannelRead(data)
        }
        if !leftovers.isEmpty { context.fireChannelReadComplete() }
        resumeReading()
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }
}

import NIOCore

/// Closes the connection when it is added to its pipeline, past the handlers behind it.
final class ConnectionEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func handlerAdded(context: ChannelHandlerContext) {
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension ConnectionEnd: Sendable {}

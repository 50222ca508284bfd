internal import NIOCore

/// Hands what one side of a ``FaultProxyLink`` sends to the link.
final class FaultProxyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let link: FaultProxyLink
    private let direction: FaultProxy.Direction

    init(link: FaultProxyLink, direction: FaultProxy.Direction) {
        self.link = link
        self.direction = direction
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        link.received(unwrapInboundIn(data), direction)
    }

    func channelInactive(context: ChannelHandlerContext) {
        link.senderEnded(direction)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        link.senderFailed(direction)
        context.close(promise: nil)
    }
}

internal import NIOCore
internal import NIOWebSocket

/// Hands the messages of one connection to its client, answers pings and closes politely.
final class WebSocketFrameHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private weak var client: PhoenixClient?
    private let connection: Int
    private var end: ConnectionEnd?

    /// Creates a handler.
    ///
    /// - Parameters:
    ///   - client: gets the messages, on the event loop of the connection.
    ///   - connection: the number the client knows the connection by.
    init(client: PhoenixClient, connection: Int) {
        self.client = client
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text, .binary:
            guard end == nil, let client else { return }
            let data = frame.unmaskedData
            let (isBinary, connection) = (frame.opcode == .binary, connection)
            client.assumeIsolated { $0.received(data, isBinary: isBinary, on: connection) }
        case .ping:
            let pong = WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .connectionClose:
            var data = frame.unmaskedData
            let code = data.readInteger(as: UInt16.self)
            end = end ?? ConnectionEnd(code: code, reason: String(buffer: data))
            let answer = WebSocketFrame(
                fin: true, opcode: .connectionClose, maskKey: .random(), data: frame.unmaskedData
            )
            context.writeAndFlush(wrapOutboundOut(answer)).assumeIsolated().whenComplete { _ in
                context.close(promise: nil)
            }
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end = end ?? ConnectionEnd(code: nil, reason: "\(error)")
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let (end, connection) = (end ?? ConnectionEnd(reason: ""), connection)
        client?.assumeIsolated { $0.disconnected(end, from: connection) }
        context.fireChannelInactive()
    }
}

import NIOCore
import NIOWebSocket

/// One client: joins, is replied to, and broadcasts all other events to the members of its topic.
final class MemberHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let rooms: Rooms
    private var topic: String?

    init(_ rooms: Rooms) {
        self.rooms = rooms
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text: receive(String(buffer: frame.unmaskedData), context: context)
        case .connectionClose: context.close(promise: nil)
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let topic { rooms.members[topic]?[ObjectIdentifier(context)] = nil }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Takes `["join_ref","ref","topic","event",payload]` apart at its commas, without checking it.
    private func receive(_ text: String, context: ChannelHandlerContext) {
        let parts = text.dropFirst().dropLast().split(separator: ",", maxSplits: 4)
        guard parts.count == 5 else { return }
        let reply = #"[\#(parts[0]),\#(parts[1]),\#(parts[2]),"phx_reply",{"status":"ok","response":"#
        switch parts[3] {
        case #""phx_join""#:
            let topic = String(parts[2])
            self.topic = topic
            rooms.members[topic, default: [:]][ObjectIdentifier(context)] = context
            send(reply + "{}}]", to: context)
        case #""heartbeat""#: send(reply + "{}}]", to: context)
        case #""echo""#: send("\(reply)\(parts[4])}]", to: context)
        default:
            guard let topic else { return }
            let message = "[null,null,\(parts[2]),\(parts[3]),\(parts[4])]"
            let frame = frame(message, context)
            for member in rooms.members[topic, default: [:]].values {
                member.writeAndFlush(wrapOutboundOut(frame), promise: nil)
            }
        }
    }

    private func send(_ text: String, to context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(frame(text, context)), promise: nil)
    }

    private func frame(_ text: String, _ context: ChannelHandlerContext) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: .text, data: context.channel.allocator.buffer(string: text))
    }
}

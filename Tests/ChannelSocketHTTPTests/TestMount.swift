import ChannelSocket
import NIOCore

/// A mount at `/ws` whose WebSocket echoes raw bytes, so that tests see exactly what arrives.
struct TestMount: WebSocketMount {
    var decide: @Sendable (UpgradeRequest) async -> UpgradeDecision = { _ in .echo() }

    func matches(path: String) -> Bool { path == "/ws" }

    func decide(_ request: UpgradeRequest) async -> UpgradeDecision {
        await decide(request)
    }
}

extension UpgradeDecision {
    static func echo(headers: [(name: String, value: String)] = []) -> UpgradeDecision {
        .accept(headers: headers) { channel in
            try channel.pipeline.syncOperations.addHandler(RawEcho())
        }
    }
}

/// Echoes bytes; answers `pipeline?` and `nodelay?` with what they ask for, and says `bye` in a graceful shutdown.
final class RawEcho: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        switch String(buffer: bytes) {
        case "pipeline?":
            let lines = context.pipeline.debugDescription.split(separator: "\n")
            bytes = ByteBuffer(string: lines.joined(separator: ";") + "\n")
        case "nodelay?":
            let value = try? context.channel.syncOptions?.getOption(.tcpOption(.tcp_nodelay))
            bytes = ByteBuffer(string: "\(value ?? -1)")
        default:
            break
        }
        context.writeAndFlush(Self.wrapOutboundOut(bytes), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: "bye")), promise: nil)
        } else if case ChannelEvent.inputClosed = event {
            context.close(promise: nil)
        }
    }
}

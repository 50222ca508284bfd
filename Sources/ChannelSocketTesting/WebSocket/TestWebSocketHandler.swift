internal import NIOCore

/// Collects what a connection received: first the response to the handshake, then frames.
///
/// Confined to the connection's event loop; what it collects is in ``inbox``, which is not.
final class TestWebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// What was received and not yet taken.
    struct Inbox: Sendable {
        var response: Result<HandshakeResponse, TestingError>?
        var events: [TestWebSocketEvent] = []
        var ended = false
    }

    private enum Phase {
        case handshake(HandshakeResponseParser)
        case frames(ServerFrameParser)
        case deaf
    }

    let inbox: Watched<Inbox>
    private let answersClose: Bool
    private var phase = Phase.handshake(HandshakeResponseParser())
    private var buffer = ByteBuffer()

    init(inbox: Watched<Inbox>, answersClose: Bool) {
        self.inbox = inbox
        self.answersClose = answersClose
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        buffer.writeBuffer(&bytes)
        parse(context: context, ended: false)
    }

    func channelInactive(context: ChannelHandlerContext) {
        parse(context: context, ended: true)
        inbox.update { inbox in
            inbox.events.append(.end)
            inbox.ended = true
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset is an end like any other to a test; `channelInactive` tells it.
        context.close(promise: nil)
    }

    private func parse(context: ChannelHandlerContext, ended: Bool) {
        if case .handshake(var parser) = phase {
            do {
                guard let response = try parser.parse(&buffer, ended: ended) else {
                    phase = .handshake(parser)
                    return
                }
                phase = response.status == 101 ? .frames(ServerFrameParser()) : .deaf
                inbox.update { $0.response = .success(response) }
            } catch {
                phase = .deaf
                let failure = error as? TestingError ?? TestingError(.unexpected, "\(error)")
                inbox.update { $0.response = .failure(failure) }
            }
        }
        guard case .frames(var parser) = phase else { return }
        while let event = parser.next(from: &buffer) {
            inbox.update { $0.events.append(event) }
            if case .violation = event {
                phase = .deaf
                return
            }
            if case .close(let code, let reason) = event, answersClose {
                let answer = TestFrame.close(code: code, reason: reason).encoded()
                context.writeAndFlush(NIOAny(ByteBuffer(bytes: answer)), promise: nil)
            }
        }
        phase = .frames(parser)
        buffer.discardReadBytes()
    }
}

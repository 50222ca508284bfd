import NIOCore
import NIOHTTP1

/// Tells the admission when a connection of the application waits for its client, and may be displaced.
///
/// It does until the last byte of a request has come, so that nobody keeps its place with a request that never ends.
final class RequestWatch: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart

    private let admission: Admission
    private let ticket: Admission.Ticket
    /// Requests minus answers: more than one when a client does not wait for answers, less than none when the server
    /// does not wait for the end of a request.
    private var unanswered = 0

    init(admission: Admission, ticket: Admission.Ticket) {
        self.admission = admission
        self.ticket = ticket
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .end = Self.unwrapInboundIn(data) {
            unanswered += 1
            if unanswered > 0 { admission.requestCame(ticket) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = Self.unwrapOutboundIn(data) {
            unanswered -= 1
            if unanswered <= 0 { admission.answered(ticket, context.channel) }
        }
        context.write(data, promise: promise)
    }
}

@available(*, unavailable)
extension RequestWatch: Sendable {}

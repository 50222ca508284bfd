internal import NIOCore
internal import NIOHTTP1

/// Gathers the answer of a server that did not upgrade.
final class RefusalHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private static let maxBodyBytes = 1024

    private let answer: EventLoopPromise<PhoenixClientError>
    private var status: HTTPResponseStatus?
    private var body = ""

    init(_ answer: EventLoopPromise<PhoenixClientError>) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = head.status
        case .body(let bytes): body += String(buffer: bytes).prefix(max(0, Self.maxBodyBytes - body.utf8.count))
        case .end: finish()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish()
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    private func finish() {
        guard let status else { return answer.fail(ChannelError.eof) }
        let words = body.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let reason = words.isEmpty ? status.reasonPhrase : words
        answer.succeed(
            PhoenixClientError(
                .handshakeRefused, "the server refused the connection: HTTP \(status.code) \(reason)",
                status: Int(status.code)
            )
        )
    }
}

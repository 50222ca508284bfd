internal import NIOCore
internal import NIOHTTP1

/// Gathers one HTTP response for ``HealthProbe``.
final class HealthProbeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private static let maxBodyBytes = 65_536

    private let promise: EventLoopPromise<HealthProbe.Answer>
    private var answer = HealthProbe.Answer(status: 0, body: "")

    /// Creates a handler.
    ///
    /// - Parameter promise: takes the answer, or why there is none.
    init(promise: EventLoopPromise<HealthProbe.Answer>) {
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            answer.status = Int(head.status.code)
        case .body(let bytes):
            let room = Self.maxBodyBytes - answer.body.utf8.count
            answer.body += String(buffer: bytes).prefix(max(0, room))
        case .end:
            promise.succeed(answer)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
        context.fireChannelInactive()
    }
}

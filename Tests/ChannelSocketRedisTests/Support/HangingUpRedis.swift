import NIOCore
import NIOPosix

/// Something that listens where Redis should, says one thing to whoever has sent anything, and hangs up.
struct HangingUpRedis {
    let url: String

    /// Runs a closure while the server listens.
    static func with<Result>(_ answer: String, _ body: (HangingUpRedis) async throws -> Result) async throws -> Result {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(Handler(answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        defer { channel.close(promise: nil) }
        return try await body(HangingUpRedis(url: "redis://127.0.0.1:\(channel.localAddress?.port ?? 0)"))
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: String

        init(answer: String) {
            self.answer = answer
        }

        // All that was sent has been read, so that the end is no reset, which would swallow the answer.
        func channelReadComplete(context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            context.close(promise: nil)
        }
    }
}

import ChannelSocketTesting
import NIOCore
import NIOPosix

/// A server that sends the head of an answer and the beginning of its body, and never the rest.
enum EndlessAnswer {
    /// Serves as long as the body runs.
    static func with(_ body: (_ port: Int) async throws -> Void) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Handler()) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = server.localAddress?.port else { throw TestingError(.unexpected, "no port") }
        do {
            try await body(port)
        } catch {
            try await server.close()
            throw error
        }
        try await server.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let answer = ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
            context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        }
    }
}

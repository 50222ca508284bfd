import ChannelSocketTesting
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A TCP server that answers what it receives with what a closure says.
final class ScriptedServer: Sendable {
    /// Answers a chunk of bytes; nil closes the connection.
    typealias Script = @Sendable (_ received: String) -> [UInt8]?

    let port: Int
    private let listener: any Channel

    private init(listener: any Channel, port: Int) {
        self.listener = listener
        self.port = port
    }

    deinit {
        listener.close(promise: nil)
    }

    static func start(_ script: @escaping Script) async throws -> ScriptedServer {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ScriptedServer(listener: listener, port: listener.localAddress?.port ?? 0)
    }

    /// Echoes everything.
    static func startEcho() async throws -> ScriptedServer {
        try await start { Array($0.utf8) }
    }

    /// Shakes hands and sends `bytes` at once, then answers each chunk with `answer`, or closes if that is nil.
    static func startWebSocket(sending bytes: [UInt8], then answer: [UInt8]? = []) async throws -> ScriptedServer {
        try await start { received in
            guard received.hasPrefix("GET") else { return answer }
            let head =
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
            return Array(head.utf8) + bytes
        }
    }

    private final class ScriptHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let script: Script

        init(_ script: @escaping Script) {
            self.script = script
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            if let answer = script(String(buffer: unwrapInboundIn(data))) {
                context.writeAndFlush(NIOAny(ByteBuffer(bytes: answer)), promise: nil)
            } else {
                context.close(promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}

/// A plain TCP connection.
final class TestConnection: Sendable {
    private let channel: any Channel
    private let inbox: AsyncStream<String>

    private init(channel: any Channel, inbox: AsyncStream<String>) {
        self.channel = channel
        self.inbox = inbox
    }

    deinit {
        channel.close(promise: nil)
    }

    static func connect(port: Int) async throws -> TestConnection {
        let (inbox, sink) = AsyncStream.makeStream(of: String.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(InboxHandler(sink))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return TestConnection(channel: channel, inbox: inbox)
    }

    /// Ends the connection with a reset.
    func reset() async throws {
        if let socket = channel as? any SocketOptionProvider {
            try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try await channel.close()
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    func close() async throws {
        try await channel.close()
    }

    /// Receives until the text is complete or the connection ends.
    func receive(_ count: Int) async -> String {
        var text = ""
        for await chunk in inbox {
            text += chunk
            if text.utf8.count >= count { break }
        }
        return text
    }

    private final class InboxHandler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let sink: AsyncStream<String>.Continuation

        init(_ sink: AsyncStream<String>.Continuation) {
            self.sink = sink
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            sink.yield(String(buffer: unwrapInboundIn(data)))
        }

        func channelInactive(context: ChannelHandlerContext) {
            sink.finish()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            sink.yield("<reset>")
            context.close(promise: nil)
        }
    }
}

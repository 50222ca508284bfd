import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import ChannelSocket

/// WebSocket connections over real sockets, without HTTP before them, whose messages come back.
final class EchoServer: Sendable {
    private let accepted = Mutex<[any NIOCore.Channel]>([])

    /// The server's ends.
    var channels: [any NIOCore.Channel] { accepted.withLock(\.self) }

    /// Has a number of clients connected while a closure runs.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - handler: a handler between socket and connection, as TLS is one.
    ///   - body: what to do with them.
    static func withClients(
        _ count: Int, beneath handler: (any ChannelHandler & Sendable)? = nil,
        _ body: (EchoServer, [EchoClient]) async throws -> Void
    ) async throws {
        let mount = EchoMount()
        let request = UpgradeRequest(path: "/echo", query: "", headers: [], peer: nil)
        guard case .accept(_, let install) = await mount.decide(request) else {
            throw ChannelError.inappropriateOperationForState
        }
        let server = EchoServer()
        // All on one loop, whose buffer they share.
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let listener = try await ServerBootstrap(group: loop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let handler { try channel.pipeline.syncOperations.addHandler(handler) }
                    try channel.pipeline.syncOperations.addHandler(Upgrade(install))
                    server.accepted.withLock { $0.append(channel) }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(listener.localAddress)
        var clients: [EchoClient] = []
        for _ in 0..<count { clients.append(try await EchoClient(address)) }
        try await body(server, clients)
        for client in clients { try await client.close() }
        try await listener.close()
    }

    /// Makes a WebSocket of an open connection, as the HTTP host does after a request.
    private final class Upgrade: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = ByteBuffer

        private let install: @Sendable (any NIOCore.Channel) throws -> Void

        init(_ install: @escaping @Sendable (any NIOCore.Channel) throws -> Void) {
            self.install = install
        }

        func channelActive(context: ChannelHandlerContext) {
            let channel = context.channel
            _ = context.pipeline.syncOperations.removeHandler(self)
            do { try install(channel) } catch { Issue.record(error) }
        }
    }
}

/// A client of an ``EchoServer``, which sends bytes and gets texts.
final class EchoClient: Sendable {
    private let channel: any NIOCore.Channel
    private let received: AsyncThrowingStream<String, any Error>

    init(_ address: SocketAddress) async throws {
        let (stream, continuation) = AsyncThrowingStream<String, any Error>.makeStream()
        received = stream
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(TextReader(continuation))
                }
            }
            .connect(to: address).get()
    }

    func send(_ bytes: some Collection<UInt8> & Sendable) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    func receive() async throws -> String {
        var texts = received.makeAsyncIterator()
        return try #require(try await texts.next())
    }

    /// Sends a message and expects it back.
    func exchange(_ text: String) async throws {
        try await send(ClientFrame.text(text).bytes)
        #expect(try await receive() == text)
    }

    func close() async throws {
        try await channel.close()
    }

    /// Takes the frames of short texts apart.
    private final class TextReader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let continuation: AsyncThrowingStream<String, any Error>.Continuation
        private var bytes = ByteBuffer()

        init(_ continuation: AsyncThrowingStream<String, any Error>.Continuation) {
            self.continuation = continuation
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            bytes.writeImmutableBuffer(unwrapInboundIn(data))
            while let length: UInt8 = bytes.getInteger(at: bytes.readerIndex + 1),
                let text = bytes.getString(at: bytes.readerIndex + 2, length: Int(length))
            {
                bytes.moveReaderIndex(forwardBy: 2 + Int(length))
                continuation.yield(text)
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            continuation.finish()
        }
    }
}

import ChannelSocketHTTP
import ChannelSocketTesting
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import ChannelSocket

@Suite("Who receives into the buffer of its event loop", .timeLimit(.minutes(1)))
struct SharedReceiveTests {
    /// Has a number of clients of one event loop connected to a mount that sends their messages back.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - handler: a handler between socket and connection, as TLS is one.
    ///   - body: gets the server's ends and the clients.
    private static func withClients(
        _ count: Int, beneath handler: (any ChannelHandler & Sendable)? = nil,
        _ body: @escaping @Sendable ([any NIOCore.Channel], [TestWebSocket]) async throws -> Void
    ) async throws {
        let accepted = Accepted()
        var configuration = MountedHTTPChannel.Configuration()
        configuration.encryption = { channel in
            accepted.channels.withLock { $0.append(channel) }
            if let handler { try channel.pipeline.syncOperations.addHandler(handler) }
        }
        try await MultiThreadedEventLoopGroup.withEventLoopGroup(numberOfThreads: 1) { [configuration] eventLoops in
            try await withServer(mounts: [EchoMount()], configuration: configuration, eventLoops: eventLoops) {
                port, _ in
                var clients: [TestWebSocket] = []
                for _ in 0..<count {
                    clients.append(try await TestWebSocket.connect(port: port, to: TestHandshake(path: "/echo")))
                }
                try await body(accepted.channels.withLock(\.self), clients)
                for client in clients { _ = try await client.close() }
            }
        }
    }

    private final class Accepted: Sendable {
        let channels = Mutex<[any NIOCore.Channel]>([])
    }

    private static func exchange(_ text: String, with client: TestWebSocket) async throws {
        try await client.send(text: text)
        #expect(try await client.receiveText() == text)
    }

    @Test("connections without further handlers, the halves of whose messages come between those of others")
    func sharing() async throws {
        try await Self.withClients(2) { channels, clients in
            for client in clients { try await Self.exchange("first", with: client) }
            #expect(channels.count == 2)
            for channel in channels {
                #expect(try await channel.getOption(.recvAllocator).get() is SharedReceiveAllocator)
            }
            let frame = TestFrame(opcode: 1, text: "a message in two halves").encoded()
            try await clients[0].send(bytes: Array(frame.prefix(20)))
            for index in 0..<5 { try await Self.exchange("of another client \(index)", with: clients[1]) }
            try await clients[0].send(bytes: Array(frame.dropFirst(20)))
            #expect(try await clients[0].receiveText() == "a message in two halves")
        }
    }

    @Test("no connection with a handler beneath, which is given the bytes and gives none back")
    func beneath() async throws {
        try await Self.withClients(1, beneath: PassThrough()) { channels, clients in
            try await Self.exchange("first", with: clients[0])
            #expect(channels.count == 1)
            for channel in channels {
                #expect(try await channel.getOption(.recvAllocator).get() is AdaptiveRecvByteBufferAllocator)
            }
        }
    }

    private final class PassThrough: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
    }
}

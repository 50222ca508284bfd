import NIOCore
import Testing

@testable import ChannelSocket

@Suite("The buffer in which an event loop receives", .timeLimit(.minutes(1)))
struct ReceiveBufferTests {
    private static func storage(of buffer: ByteBuffer) -> UnsafeRawPointer? {
        buffer.withVeryUnsafeBytes { $0.baseAddress }
    }

    @Test("is the same one for each read, empty again")
    func reuse() {
        let buffers = ReceiveBuffer()
        var storages: Set<UnsafeRawPointer?> = []
        for _ in 0..<3 {
            var buffer = buffers.take(ByteBufferAllocator())
            #expect(buffer.readableBytes == 0 && buffer.writableBytes == 16_384)
            buffer.writeString("bytes of a client")
            storages.insert(Self.storage(of: buffer))
            buffers.giveBack(buffer)
        }
        #expect(storages.count == 1)
    }

    @Test("is another one while somebody holds on to what was received")
    func held() {
        let buffers = ReceiveBuffer()
        var first = buffers.take(ByteBufferAllocator())
        first.writeString("first")
        buffers.giveBack(first)
        var second = buffers.take(ByteBufferAllocator())
        second.writeString("other")
        #expect(Self.storage(of: first) != Self.storage(of: second))
        #expect(String(buffer: first) == "first")
    }

    @Test("is no buffer that came from somewhere else, such as TLS")
    func others() {
        let buffers = ReceiveBuffer()
        buffers.giveBack(ByteBuffer(string: "decrypted"))
        #expect(buffers.take(ByteBufferAllocator()).writableBytes == 16_384)
    }

    @Test("serves connections without further handlers, the halves of whose messages come between those of others")
    func sharing() async throws {
        try await EchoServer.withClients(2) { server, clients in
            for client in clients { try await client.exchange("first") }
            for channel in server.channels {
                #expect(try await channel.getOption(.recvAllocator).get() is SharedReceiveAllocator)
            }
            let frame = ClientFrame.text("a message in two halves").bytes
            try await clients[0].send(frame.prefix(20))
            for index in 0..<5 { try await clients[1].exchange("of another client \(index)") }
            try await clients[0].send(frame.dropFirst(20))
            #expect(try await clients[0].receive() == "a message in two halves")
        }
    }

    @Test("serves no connection with a handler beneath, which is given the bytes and gives none back")
    func beneath() async throws {
        try await EchoServer.withClients(1, beneath: PassThrough()) { server, clients in
            try await clients[0].exchange("first")
            for channel in server.channels {
                #expect(try await channel.getOption(.recvAllocator).get() is AdaptiveRecvByteBufferAllocator)
            }
        }
    }

    private final class PassThrough: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
    }
}

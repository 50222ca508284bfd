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
}

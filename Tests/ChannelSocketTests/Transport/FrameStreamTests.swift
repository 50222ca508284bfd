import NIOCore
import Testing

@testable import ChannelSocket

@Suite("Streams of frames")
struct FrameStreamTests {
    private static func append(_ count: Int, to stream: FrameStream) {
        stream.append(sequence: 1, isBroadcast: true, excluded: 0) { (buffer: inout ByteBuffer) in
            buffer.writeRepeatingByte(1, count: count)
        }
    }

    @Test("do not keep much storage alive for the few bytes that somebody holds on to")
    func compacts() {
        let stream = FrameStream()
        Self.append(8_000, to: stream)
        stream.reset()
        var held: [ByteBuffer] = []
        for _ in 0..<10 {
            Self.append(64, to: stream)
            stream.compact()
            held.append(stream.bytes)
            stream.reset()
        }
        #expect(held.allSatisfy { $0.readableBytes == 64 && $0.storageCapacity <= 256 })
    }

    @Test("are not copied when their storage is mostly full")
    func keeps() {
        let stream = FrameStream()
        Self.append(400, to: stream)
        let before = stream.bytes.withUnsafeReadableBytes(\.baseAddress)
        stream.compact()
        #expect(stream.bytes.withUnsafeReadableBytes(\.baseAddress) == before)
    }
}

import NIOCore
import Testing

@testable import ChannelSocket

@Suite("WebSocket frames", .timeLimit(.minutes(1)))
struct WebSocketFrameTests {
    private struct Failure: Error {}

    /// The header a body of this length must get.
    private func header(_ first: UInt8, _ length: Int) -> [UInt8] {
        switch length {
        case ..<126: [first, UInt8(length)]
        case ..<65536: [first, 126, UInt8(length >> 8), UInt8(length & 0xFF)]
        default: [first, 127] + (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * $0)) }
        }
    }

    @Test("writes the unmasked Hello of RFC 6455 §5.7")
    func rfcVector() {
        var buffer = ByteBuffer()
        WebSocketFrame.write(.text, ByteBuffer(string: "Hello"), into: &buffer)
        #expect(Array(buffer: buffer) == [0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F])
    }

    @Test(
        "corrects the header whatever the hint said",
        arguments: [0, 1, 125, 126, 127, 65535, 65536, 70000], [0, 125, 126, 65535, 65536, 100_000])
    func hints(length: Int, hint: Int) {
        let body = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var buffer = ByteBuffer(string: "before")
        buffer.moveReaderIndex(forwardBy: 3)
        // Shared storage makes the first write copy and rebase the buffer.
        let other = buffer
        for opcode in [WebSocketOpcode.text, .binary] {
            WebSocketFrame.write(into: &buffer, sizeHint: hint) { buffer in
                buffer.writeBytes(body)
                return opcode
            }
        }
        let expected = Array("ore".utf8) + header(0x81, length) + body + header(0x82, length) + body
        #expect(Array(buffer: buffer) == expected)
        #expect(String(buffer: other) == "ore")
    }

    @Test("leaves the buffer as it was when the body throws")
    func throwing() {
        var buffer = ByteBuffer(string: "before")
        #expect(throws: Failure.self) {
            try WebSocketFrame.write(into: &buffer, sizeHint: 10) { buffer throws(Failure) in
                buffer.writeString("half a body")
                throw Failure()
            }
        }
        #expect(String(buffer: buffer) == "before")
    }

    @Test("writes pings, pongs and close frames")
    func controlFrames() {
        var buffer = ByteBuffer()
        WebSocketFrame.write(.ping, ByteBuffer(), into: &buffer)
        WebSocketFrame.write(.pong, ByteBuffer(bytes: [1, 2]), into: &buffer)
        WebSocketFrame.writeClose(code: 1001, reason: "bye", into: &buffer)
        WebSocketFrame.writeClose(code: nil, into: &buffer)
        let expected: [UInt8] = [0x89, 0, 0x8A, 2, 1, 2, 0x88, 5, 0x03, 0xE9, 0x62, 0x79, 0x65, 0x88, 0]
        #expect(Array(buffer: buffer) == expected)
    }

    @Test("cuts a long close reason between characters")
    func longReason() {
        var buffer = ByteBuffer()
        WebSocketFrame.writeClose(code: 1008, reason: "a" + String(repeating: "é", count: 100), into: &buffer)
        #expect(buffer.readableBytes == 2 + 2 + 123)
        let reason = buffer.getString(at: 4, length: 123)
        #expect(reason == "a" + String(repeating: "é", count: 61))
    }
}

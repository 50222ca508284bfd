import NIOCore
import Testing

@testable import ChannelSocketBench

@Suite("Cutting a server's bytes into frames")
struct ServerFramesTests {
    /// Feeds chunks and collects the frames.
    private static func read(_ chunks: [[UInt8]]) throws -> [String] {
        var frames = ServerFrames()
        var seen: [String] = []
        for chunk in chunks {
            var buffer = ByteBuffer(bytes: chunk)
            try frames.read(&buffer) { opcode, payload in
                seen.append("\(opcode):\(payload.count):\(String(decoding: payload.prefix(3), as: UTF8.self))")
            }
            #expect(buffer.readableBytes == 0)
        }
        return seen
    }

    private static let stream: [UInt8] =
        [0x81, 3] + Array("abc".utf8) + [0x89, 0]
        + [0x81, 126, 1, 0] + [UInt8](repeating: 0x78, count: 256)
        + [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0] + [UInt8](repeating: 0x79, count: 65_536)
        + [0x88, 2, 3, 232]
    private static let expected = ["1:3:abc", "9:0:", "1:256:xxx", "2:65536:yyy", "8:2:\u{3}\u{FFFD}"]

    @Test("gives all frames of a read")
    func whole() throws {
        #expect(try Self.read([Self.stream]) == Self.expected)
    }

    @Test("waits for the rest of a frame, wherever it is cut")
    func cuts() throws {
        for cut in (0..<300) {
            #expect(try Self.read([Array(Self.stream[..<cut]), Array(Self.stream[cut...])]) == Self.expected)
        }
        #expect(try Self.read(Self.stream.prefix(400).map { [$0] }) == Array(Self.expected.prefix(3)))
    }

    @Test(
        "refuses what it does not support",
        arguments: [
            [0x81, 0x83, 1, 2, 3, 4, 0, 0, 0], [0x01, 1, 0x61], [0x80, 1, 0x61],
            [0x81, 127, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0],
        ] as [[UInt8]]
    )
    func refusal(bytes: [UInt8]) {
        #expect(throws: ServerFrames.Failure.self) { try Self.read([bytes]) }
    }
}

import NIOCore
import Testing

@testable import ChannelSocketBench

@Suite("Writing a client's frames")
struct ClientFramesTests {
    @Test(
        "masks payloads of any length, each frame with its own key", arguments: [0, 1, 7, 8, 125, 126, 65_535, 65_536])
    func masking(length: Int) throws {
        let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var frames = ClientFrames(seed: 42)
        var buffer = ByteBuffer()
        var keys: Set<UInt32> = []
        for _ in 0..<3 {
            payload.withUnsafeBytes { frames.append(ClientFrames.text, $0, to: &buffer) }
            let frame = try #require(ClientFrame(from: &buffer))
            #expect(frame.opcode == 1)
            #expect(frame.payload == payload)
            keys.insert(frame.key)
        }
        #expect(keys.count == 3)
        #expect(buffer.readableBytes == 0)
    }

    @Test("writes stamped pushes of the wanted length", arguments: [128, 1000])
    func pushes(size: Int) throws {
        var writer = PushWriter(event: "new_msg", payloadBytes: size)
        var buffer = ByteBuffer()
        let stamp = Stamp(number: 10, publisher: 3, time: 18_446_744_073_709_551_615)
        writer.appendPush(stamp, ref: 99, topic: "room:3", to: &buffer)
        let text = String(decoding: try #require(ClientFrame(from: &buffer)).payload, as: UTF8.self)
        let head = #"["1","99","room:3","new_msg","#
        #expect(text.hasPrefix(head + #"{"seq":10,"pub":3,"ts":18446744073709551615,"body":"x"#))
        #expect(text.hasSuffix(#"x"}]"#))
        #expect(text.utf8.count == head.utf8.count + size + 1)
        let found = Array(text.utf8).withUnsafeBytes { bytes in
            ReceivedMessage(bytes).flatMap { Stamp(in: bytes, at: $0.payload.lowerBound) }
        }
        #expect(found == stamp)
    }

    @Test("writes a payload that is too short for its stamp in full")
    func shortPayload() throws {
        var writer = PushWriter(event: "e", payloadBytes: 0)
        var buffer = ByteBuffer()
        writer.appendPush(Stamp(number: 0, publisher: 0, time: 5), ref: 2, topic: "t", to: &buffer)
        let text = String(decoding: try #require(ClientFrame(from: &buffer)).payload, as: UTF8.self)
        #expect(text == #"["1","2","t","e",{"seq":0,"pub":0,"ts":5,"body":""}]"#)
    }
}

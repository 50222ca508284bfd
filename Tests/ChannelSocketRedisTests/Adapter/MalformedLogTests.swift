import Logging
import NIOCore
import Testing

@testable import ChannelSocketRedis

@Suite("Log of unusable messages") struct MalformedLogTests {
    @Test("logs the first at once, then one in ten seconds with the number")
    func rateLimit() {
        let (logger, lines) = CapturingLogHandler.make()
        var log = MalformedLog()
        let start = NIODeadline.uptimeNanoseconds(1)
        for second in 0..<25 {
            log.record(channel: bytes("c"), reason: "r", now: start + .seconds(Int64(second)), logger: logger)
        }
        #expect(lines.all.map { $0.metadata["count"] } == ["1", "10", "10"])
    }

    @Test("shows a channel name without control characters and not all of a long one")
    func names() {
        let (logger, lines) = CapturingLogHandler.make()
        var log = MalformedLog()
        let name = "bad\u{1B}[2J\nname" + String(repeating: "x", count: 1000)
        log.record(channel: bytes(name), reason: "r", now: .now(), logger: logger)
        let shown = lines.all.first?.metadata["redis.channel"] ?? ""
        #expect(shown.hasPrefix("bad?[2J?name"))
        #expect(shown.count == 200)
    }

    private func bytes(_ text: String) -> UnsafeRawBufferPointer {
        // Lives as long as the process: a test may.
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
        copy.copyBytes(from: text.utf8)
        return UnsafeRawBufferPointer(copy)
    }
}

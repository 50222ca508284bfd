import ChannelSocketTesting
import Testing

@Suite("The filter that makes a subscriber deaf")
struct DeafSubscriberFilterTests {
    private static let message = "*3\r\n$7\r\nmessage\r\n$4\r\nroom\r\n$9\r\n*1\r\n$3\r\nx\r\n"
    private static let others =
        "+PONG\r\n*3\r\n$9\r\nsubscribe\r\n$4\r\nroom\r\n:1\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n$-1\r\n*-1\r\n:7\r\n-ERR x\r\n"

    @Test("swallows messages and nothing else, however the bytes are cut", arguments: 1...23)
    func cut(_ size: Int) {
        let isDeaf = DeafSubscriberFilter.Switch()
        isDeaf.isOn = true
        var filter = DeafSubscriberFilter(isDeaf)
        let bytes = Array((Self.message + Self.others + Self.message + Self.others).utf8)
        var passed: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            passed += filter.pass(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(String(decoding: passed, as: UTF8.self) == Self.others + Self.others)
    }

    @Test("passes everything while it is off")
    func off() {
        var filter = DeafSubscriberFilter(DeafSubscriberFilter.Switch())
        let bytes = Array((Self.message + Self.others).utf8)
        #expect(filter.pass(bytes) == bytes)
    }
}

import NIOCore
import Testing

@testable import ChannelSocketRedis

@Suite("RESP commands") struct RedisCommandTests {
    @Test("writes arguments with any bytes and of any length")
    func arguments() {
        var buffer = ByteBuffer(string: "before")
        buffer.writeRedisCommand(["SET", "caf\u{E9}\r\n", "", .bytes(ByteBuffer(bytes: [0, 255])), RedisArgument(42)])
        let expected =
            Array("before*5\r\n$3\r\nSET\r\n$7\r\ncaf\u{E9}\r\n\r\n$0\r\n\r\n$2\r\n".utf8) + [0, 255]
            + Array("\r\n$2\r\n42\r\n".utf8)
        #expect(Array(buffer.readableBytesView) == expected)
    }

    @Test("writes what the reader reads")
    func roundTrip() throws {
        let arguments = (0..<100_000).map { "argument \($0)" }
        var buffer = ByteBuffer()
        buffer.writeRedisCommand(arguments.map { .text($0) })
        var reader = RedisReader()
        try reader.feed(buffer)
        #expect(try reader.nextValue() == RESPValue.array(arguments.map { .string(ByteBuffer(string: $0)) }))
    }

    @Test("writes PUBLISH with an empty and a large payload", arguments: [0, 1_000_000])
    func publish(_ size: Int) throws {
        let payload = ByteBuffer(repeating: 7, count: size)
        var short = ByteBuffer()
        short.writeRedisPublish(channel: "channels:room:a", payload: payload)
        var general = ByteBuffer()
        general.writeRedisCommand(["PUBLISH", "channels:room:a", .bytes(payload)])
        #expect(short == general)
    }
}

import NIOCore
import Testing

@testable import ChannelSocketRedis

@Suite("The reasons for a lost connection to Redis") struct RedisCloseReasonTests {
    @Test(
        "are put into words without names of system calls or types",
        arguments: [
            (IOError(errnoCode: 104, reason: "read(descriptor:pointer:size:)"), "Connection reset by peer"),
            (ChannelError.connectTimeout(.seconds(5)), "no answer within 5000 ms"),
            (ChannelError.ioOnClosedChannel, "the connection was closed"),
        ] as [(any Error, String)]
    )
    func words(error: any Error, text: String) {
        #expect(RedisCloseReason.failed(because: error).description == "connection failed: \(text)")
        #expect(RedisCloseReason.unreachable(because: error).description == "cannot connect: \(text)")
    }

    @Test("say which of them make unanswered commands void")
    func distrust() {
        #expect(RedisCloseReason.silent(command: "PUBLISH").distrusts)
        #expect(!RedisCloseReason.stopped.distrusts)
        #expect(!RedisCloseReason.closedByPeer.distrusts)
    }
}

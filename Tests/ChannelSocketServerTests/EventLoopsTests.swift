import ChannelSocket
import ChannelSocketTesting
import NIOCore
import NIOPosix
import PhoenixWire
import Synchronization
import Testing

@testable import ChannelSocketServer

@Suite("The threads of a server", .timeLimit(.minutes(1)))
struct EventLoopsTests {
    @Test("end with it if they were started for it")
    func ends() async throws {
        var configuration = ServerConfiguration()
        configuration.listen.port = 0
        configuration.listen.eventLoops = 2
        let seen = Seen()
        let server = StockServer(configuration: configuration, logger: TestTokens.logger) {
            Route("loop:*") { topic, payload, socket in
                seen.loop.withLock { $0 = MultiThreadedEventLoopGroup.currentEventLoop }
                return try await DiceChannel(joining: topic, payload: payload, socket: socket)
            }
        }
        try await RunningServer.with(server) { node in
            let client = try await TestPhoenixClient.connect(port: node.port)
            try await client.join("loop:a")
        }
        let loop = try #require(seen.loop.withLock { $0 })
        // What is only submitted to a loop that has ended gets no answer at all.
        await #expect(throws: EventLoopError.self) { try await loop.scheduleTask(in: .zero) {}.futureResult.get() }
    }

    private final class Seen: Sendable {
        let loop = Mutex<(any EventLoop)?>(nil)
    }
}

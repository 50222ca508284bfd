import Dispatch
import NIOCore
import NIOPosix
import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("The broadcasts that wait for an event loop", .timeLimit(.minutes(1)))
struct LoopShardTests {
    @Test("are bounded while it is blocked; those beyond are counted, and things to do are kept")
    func backlog() async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let shard = LoopShard(eventLoop: eventLoop, index: 0, maxBacklogBytes: 1_000)
        let statistics = NodeStatistics()
        let (done, finished) = AsyncStream.makeStream(of: Void.self)
        let gate = DispatchSemaphore(value: 0)
        eventLoop.execute { gate.wait() }
        let payload = Payload.json(ByteBuffer(string: "{}"))
        for _ in 0..<100 {
            let broadcast = Broadcast(topic: "test:a", event: "x", payload: payload)
            shard.enqueue(.delivery(LoopShard.Delivery(broadcast: broadcast, excluded: 0), statistics))
        }
        shard.enqueue(.action { finished.finish() })
        gate.signal()
        for await _ in done {}
        // Four of 258 bytes are beyond the limit together.
        #expect(statistics[.overloadedLoops] == 96)
        let empty = try await eventLoop.submit {
            shard.enqueue(
                .delivery(
                    LoopShard.Delivery(
                        broadcast: Broadcast(topic: "test:a", event: "x", payload: payload), excluded: 0
                    ), statistics
                )
            )
            return statistics[.overloadedLoops]
        }.get()
        #expect(empty == 96, "the backlog is gone")
    }
}

import Dispatch
import InMemoryLogging
import Logging
import MetricsTestKit
import NIOCore
import NIOEmbedded
import NIOPosix
import PhoenixWire
import Synchronization
import Testing

@testable import ChannelSocket

@Suite("A blocked event loop", .timeLimit(.minutes(1)))
struct EventLoopPulseTests {
    @Test("is noticed once each time, and not before the bound")
    func pulse() {
        let loop = EmbeddedEventLoop()
        let pulse = EventLoopPulse(loop)
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        func ask(_ milliseconds: Int64) -> TimeAmount? {
            pulse.ask(now: start + .milliseconds(milliseconds), bound: .seconds(1))
        }
        #expect(ask(0) == nil)
        #expect(ask(1_000) == nil)
        #expect(ask(1_500) == .milliseconds(1_500))
        #expect(ask(2_000) == nil)
        loop.run()
        #expect(ask(2_500) == nil)
        #expect(ask(3_500) == nil)
        #expect(ask(3_501) == .milliseconds(1_001))
        loop.run()
        #expect(ask(4_000) == nil)
        loop.run()
        #expect(ask(9_000) == nil, "it has answered, though nobody asked meanwhile")
    }

    @Test("is reported while it is blocked, with the route whose callback began last")
    func report() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let pubSub = PubSub()
        let endpoint = Endpoint(pubSub: pubSub, routes: { Route("room:*", PlainTestChannel.self) })
        let route = try #require(endpoint.route(for: "room:lobby")).number
        let logs = InMemoryLogHandler()
        let logger = Logger(label: "test") { _ in logs }
        let watching = Task {
            try await EventLoopLag(
                of: group, every: .milliseconds(5), warningAfter: .milliseconds(20), pubSub: pubSub, logger: logger,
                factory: TestMetrics()
            ).run()
        }
        let loop = group.next()
        let end = DispatchSemaphore(value: 0)
        loop.execute {
            pubSub.shard(for: loop).transport.counters.lastRoute.store(route, ordering: .relaxed)
            end.wait()
        }
        let deadline = ContinuousClock.now + .seconds(30)
        func isReported() -> Bool {
            logs.entries.contains { $0.level == .warning && $0.metadata["channel.route"] == "room:*" }
        }
        // On a loaded machine the loop may be reported before it is blocked, then without a route.
        while !isReported(), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(5)) }
        end.signal()
        #expect(isReported())
        watching.cancel()
        try await watching.value
        try await group.shutdownGracefully()
    }

    @Test("has the callback that began last, of whichever route")
    func lastCallback() async throws {
        let node = EmbeddedNode {
            Route("test:*", PlainTestChannel.self)
            Route("slow:*", TestChannel.self)
        }
        let client = try await node.connect()
        #expect(node.pubSub.lastCallback(on: node.loop) == nil)
        try client.send(#"["1","1","slow:a","phx_join",{}]"#)
        #expect(node.pubSub.lastCallback(on: node.loop) == "slow:*")
        try client.send(#"["2","2","test:a","phx_join",{}]"#)
        #expect(node.pubSub.lastCallback(on: node.loop) == "test:*")
        try client.send(#"["1","3","slow:a","echo",{}]"#)
        #expect(node.pubSub.lastCallback(on: node.loop) == "slow:*")
        #expect(node.pubSub.callbackRoutes.number(of: "test:*") == 1, "a route keeps its number")
    }
}

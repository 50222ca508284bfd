import ChannelSocket
import CoreMetrics
import MetricsTestKit
import NIOCore
import NIOPosix
import PhoenixWire
import Testing

@Suite("Metrics of a node", .timeLimit(.minutes(1)))
struct NodeMetricsTests {
    private let metrics = TestMetrics()
    private let node = EmbeddedNode {
        Route("test:*", PlainTestChannel.self)
        Route("slow:*", TestChannel.self)
    }

    @Test("counts messages, deliveries, bytes and joins exactly, also in ticks with exclusions")
    func traffic() async throws {
        let sender = try await node.connect()
        let other = try await node.connect()
        for client in [sender, other] {
            try client.send(#"["0","0","test:a","phx_join",{}]"#)
        }
        try other.send(#"["1","1","test:refuse","phx_join",{}]"#, #"["2","2","nowhere","phx_join",{}]"#)
        for client in [sender, other] { _ = try client.frames() }
        let before = node.pubSub.traffic
        #expect(before.joinsAccepted == 2)
        #expect(before.joinsRefused == 2)
        #expect(before.messagesReceived == 4)
        #expect(before.messagesSent == 4)
        #expect(before.deliveries == 0)

        try sender.deliver(
            #"["0","1","test:a","shout",{"n":1}]"#, #"["0","2","test:a","shout_from",{"n":2}]"#,
            #"["0","3","test:a","shout_and_reply",{"n":3}]"#
        )
        node.run()
        let frames = try sender.frames() + other.frames()
        try sender.send(#"["0","4","test:a","shout",{"n":4}]"#)
        let last = try sender.frames() + other.frames()
        let after = node.pubSub.traffic
        #expect(frames.count == 6, "two broadcasts and a reply for the sender, three broadcasts for the other one")
        #expect(after.messagesReceived - before.messagesReceived == 4)
        #expect(after.messagesSent - before.messagesSent == 8)
        #expect(after.deliveries - before.deliveries == 7)
        // Each of these frames is short: a header of two bytes.
        #expect(after.bytesSent - before.bytesSent == (frames + last).reduce(0) { $0 + $1.utf8.count + 2 })
        #expect(after.bytesReceived > before.bytesReceived)
    }

    @Test("reports through swift-metrics what was added since the last report")
    func reporting() async throws {
        let source = NodeMetrics(node.pubSub, factory: metrics)
        let client = try await node.connect()
        try client.send(#"["0","0","test:a","phx_join",{}]"#)
        source.report()
        let joins = try metrics.expectCounter("channelsocket_joins_total", [("result", "ok")])
        #expect(joins.totalValue == 1)
        #expect(try metrics.expectMeter("channelsocket_connections").lastValue == 1)
        #expect(try metrics.expectMeter("channelsocket_channels").lastValue == 1)
        #expect(try metrics.expectMeter("channelsocket_topics").lastValue == 1)
        try client.send(#"["1","1","test:b","phx_join",{}]"#, "nonsense")
        source.report()
        source.report()
        #expect(joins.totalValue == 2)
        let drop = try metrics.expectCounter("channelsocket_drops_total", [("reason", "malformed_messages")])
        #expect(drop.totalValue == 1)
    }

    @Test("counts topics that are no strings like others that nobody has")
    func invalidTopics() async throws {
        let client = try await node.connect()
        try client.send(#"["1","1",5,"phx_join",{}]"#, #"["1","2",{},"echo",{}]"#, #"["1","3",5,"phx_leave",{}]"#)
        #expect(try client.frames().count == 3)
        #expect(node.pubSub.statistics[.unmatchedTopics] == 2)
        #expect(node.pubSub.traffic.joinsRefused == 1)
        #expect(node.pubSub.traffic.messagesReceived == 3)
    }

    @Test("remembers the deepest mailbox")
    func mailbox() async throws {
        let client = try await node.connect()
        try client.send(#"["0","0","slow:a","phx_join",{}]"#, #"["0","1","slow:a","hang",{}]"#)
        #expect(node.pubSub.traffic.deepestMailbox == 0)
        for ref in 2..<7 {
            try client.send(#"["0","\#(ref)","slow:a","echo",{}]"#)
        }
        #expect(node.pubSub.traffic.deepestMailbox == 5)
    }

    @Test("measures how late a loop runs its timers")
    func lag() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let measuring = Task { [metrics] in
            try await EventLoopLag(of: group, every: .milliseconds(5), factory: metrics).run()
        }
        let deadline = ContinuousClock.now + .seconds(30)
        var longest: Int64 = 0
        while longest < 50_000_000, ContinuousClock.now < deadline {
            // A callback that computes for longer than the timer's interval.
            try await group.next().submit {
                let end = NIODeadline.now() + .milliseconds(100)
                while NIODeadline.now() < end {}
            }.get()
            longest = metrics.timers.first?.values.max() ?? 0
        }
        #expect(longest >= 50_000_000)
        measuring.cancel()
        try await measuring.value
        try await group.shutdownGracefully()
    }
}

import NIOCore
import NIOEmbedded
import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("Rate limits of a connection", .timeLimit(.minutes(1)))
struct RateLimitTests {
    private static func node(_ change: (inout SocketLimits) -> Void) -> EmbeddedNode {
        var configuration = Endpoint.Configuration()
        change(&configuration.limits)
        return EmbeddedNode(configuration: configuration) { Route("test:*", PlainTestChannel.self) }
    }

    private static let closeFrame =
        "8 03f0" + "message rate limit exceeded".utf8.map { String($0, radix: 16) }.joined()
    private static let limited = #""phx_reply",{"response":{"reason":"rate limited"},"status":"error"}]"#

    @Test("refuse messages beyond the burst without asking the channel, and allow more with every second")
    func messages() async throws {
        let node = Self.node { $0.messageRate = RateLimit(perSecond: 2, burst: 3) }
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#)
        for ref in 2...4 { try client.send(#"["1","\#(ref)","test:a","echo",{}]"#) }
        #expect(try client.frames().last == #"["1","4","test:a",\#(Self.limited)"#)
        #expect(node.pubSub.statistics[.rateLimitedMessages] == 1)
        node.loop.advanceTime(by: .seconds(1))
        for ref in 5...7 { try client.send(#"["1","\#(ref)","test:a","echo",{}]"#) }
        let frames = try client.frames()
        #expect(frames.map { $0.contains("rate limited") } == [false, false, true])
        node.loop.advanceTime(by: .seconds(10))
        for ref in 8...11 { try client.send(#"["1","\#(ref)","test:a","echo",{}]"#) }
        #expect(try client.frames().map { $0.contains("rate limited") } == [false, false, false, true])
        #expect(node.pubSub.statistics[.rateLimitedMessages] == 3)
    }

    @Test("answer heartbeats and leaves nevertheless")
    func heartbeats() async throws {
        let node = Self.node { $0.messageRate = RateLimit(perSecond: 0, burst: 1) }
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"[null,"2","phoenix","heartbeat",{}]"#)
        try client.send(#"["1","3","test:a","phx_leave",{}]"#, #"["4","4","test:b","phx_join",{}]"#)
        let frames = try client.frames()
        #expect(frames.filter { $0.contains(#""status":"ok""#) }.count == 3)
        #expect(frames.last == #"["4","4","test:b",\#(Self.limited)"#)
        #expect(node.pubSub.statistics[.rateLimitedMessages] == 3)
        #expect(node.pubSub.statistics.channels == 0)
    }

    @Test("refuse joins, topics that are no strings and what only looks like a heartbeat, and count all of it")
    func joinsOverMessageRate() async throws {
        let node = Self.node { $0.messageRate = RateLimit(perSecond: 0, burst: 1) }
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#)
        _ = try client.frames()
        try client.send(#"["2","2","test:b","phx_join",{}]"#, #"["3","3",5,"phx_join",{}]"#)
        try client.send(#"["4","4",5,"echo",{}]"#, #"["1","5","test:a","heartbeat",{}]"#)
        try client.send(#"["6","6",5,"phx_leave",{}]"#)
        #expect(
            try client.frames() == [
                #"["2","2","test:b",\#(Self.limited)"#, #"["3","3",5,\#(Self.limited)"#,
                #"["4","4",5,\#(Self.limited)"#,
                #"["1","5","test:a",\#(Self.limited)"#,
                #"["6","6",5,"phx_reply",{"response":{},"status":"ok"}]"#,
            ]
        )
        #expect(node.pubSub.statistics[.rateLimitedMessages] == 5)
        #expect(node.pubSub.statistics[.unmatchedTopics] == 0)
        #expect(node.pubSub.traffic.joinsRefused == 2)
        #expect(node.pubSub.traffic.messagesReceived == 6)
    }

    @Test("leave pings without a pong")
    func pings() async throws {
        let node = Self.node { $0.messageRate = RateLimit(perSecond: 0, burst: 2) }
        let client = try await node.connect()
        try client.send(opcode: 9, [7], count: 3)
        #expect(try client.frames() == ["10 07", "10 07"])
        #expect(node.pubSub.statistics[.rateLimitedMessages] == 1)
    }

    @Test("count pongs, which nobody asked for, and close a client that goes on with them")
    func pongs() async throws {
        let node = Self.node {
            $0.messageRate = RateLimit(perSecond: 0, burst: 2)
            $0.maxRefusedMessages = 3
        }
        let client = try await node.connect()
        try client.send(opcode: 10, [7], count: 5)
        #expect(try client.frames().isEmpty)
        #expect(node.pubSub.statistics[.rateLimitedMessages] == 3)
        try client.send(opcode: 10, [7])
        #expect(try client.frames() == [Self.closeFrame])
    }

    @Test("refuse joins beyond theirs, whatever becomes of them, and messages go on")
    func joins() async throws {
        let node = Self.node { $0.joinRate = RateLimit(perSecond: 1, burst: 2) }
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["2","2","none","phx_join",{}]"#)
        _ = try client.frames()
        try client.send(#"["3","3","test:b","phx_join",{}]"#, #"["1","4","test:a","echo",{}]"#)
        #expect(
            try client.frames() == [
                #"["3","3","test:b",\#(Self.limited)"#,
                #"["1","4","test:a","phx_reply",{"response":{},"status":"ok"}]"#,
            ]
        )
        #expect(node.pubSub.statistics[.rateLimitedJoins] == 1)
        node.loop.advanceTime(by: .seconds(1))
        try client.send(#"["5","5","test:b","phx_join",{}]"#)
        #expect(try client.frames() == [#"["5","5","test:b","phx_reply",{"response":{},"status":"ok"}]"#])
    }

    @Test("close a client that goes on and on, and forgive one that paused")
    func abuse() async throws {
        let node = Self.node {
            $0.messageRate = RateLimit(perSecond: 0, burst: 1)
            $0.maxRefusedMessages = 3
        }
        let client = try await node.connect()
        func send(_ count: Int) throws {
            for _ in 0..<count { try client.send(#"[null,"1","phoenix","heartbeat",{}]"#) }
        }
        try send(4)
        node.loop.advanceTime(by: .seconds(2))
        try send(3)
        #expect(try client.frames().count == 7)
        try send(2)
        #expect(try client.frames() == [Self.closeFrame])
        #expect(node.pubSub.statistics[.rateLimitCloses] == 1)
    }

    @Test("can be off")
    func unlimited() async throws {
        let node = Self.node {
            $0.messageRate = nil
            $0.joinRate = nil
        }
        let client = try await node.connect()
        for ref in 0..<1_000 { try client.deliver(#"["\#(ref)","\#(ref)","test:a","phx_join",{}]"#) }
        node.loop.advanceTime(by: .seconds(1))
        #expect(try client.frames().allSatisfy { !$0.contains("rate limited") })
        #expect(node.pubSub.statistics[.rateLimitedJoins] == 0)
    }

    @Test("have sensible bounds")
    func bounds() {
        #expect(RateLimit(perSecond: -1, burst: -1) == RateLimit(perSecond: 0, burst: 1))
        #expect(RateLimit(perSecond: .max, burst: .max) == RateLimit(perSecond: 1_000_000_000, burst: 1_000_000_000))
    }
}

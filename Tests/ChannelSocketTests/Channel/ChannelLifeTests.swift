import NIOCore
import NIOEmbedded
import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("The life of a channel", .timeLimit(.minutes(1)))
struct ChannelLifeTests {
    private let node = EmbeddedNode { Route("test:*", PlainTestChannel.self) }

    @Test("lives on beside a channel whose callback hangs, and is replaced after the shutdown time")
    func hangingCallback() async throws {
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["2","2","test:b","phx_join",{}]"#)
        _ = try client.frames()
        try client.send(#"["1","3","test:a","hang",{}]"#, #"["2","4","test:b","echo",{"x":1}]"#)
        #expect(try client.frames() == [#"["2","4","test:b","phx_reply",{"response":{"x":1},"status":"ok"}]"#])
        try client.send(#"["5","5","test:a","phx_join",{}]"#)
        #expect(try client.frames().isEmpty, "the new join waits for the old channel")
        node.loop.advanceTime(by: .seconds(5))
        #expect(
            try client.frames() == [
                #"["5","5","test:a","phx_reply",{"response":{},"status":"ok"}]"#, #"["1","1","test:a","phx_close",{}]"#,
            ]
        )
        #expect(node.pubSub.statistics[.abandonedChannels] == 1)
    }

    @Test("refuses messages when the mailbox is full, and counts them")
    func fullMailbox() async throws {
        var configuration = Endpoint.Configuration()
        configuration.limits.maxMailbox = 2
        let node = EmbeddedNode(configuration: configuration) { Route("test:*", PlainTestChannel.self) }
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["1","2","test:a","hang",{}]"#)
        _ = try client.frames()
        for ref in 3...5 {
            try client.send(#"["1","\#(ref)","test:a","echo",{}]"#)
        }
        #expect(
            try client.frames() == [
                #"["1","5","test:a","phx_reply",{"response":{"reason":"mailbox full"},"status":"error"}]"#
            ]
        )
        #expect(node.pubSub.statistics[.fullMailboxes] == 1)
    }

    @Test("refuses messages when too many bytes wait for the channels of a client, and takes more when they are gone")
    func fullOfBytes() async throws {
        var configuration = Endpoint.Configuration()
        configuration.limits.maxMailboxBytes = 1_000
        let node = EmbeddedNode(configuration: configuration) { Route("test:*", PlainTestChannel.self) }
        let client = try await node.connect()
        func echo(_ ref: Int, _ topic: String, bytes: Int) throws {
            let text = String(repeating: "x", count: bytes)
            try client.send(#"["\#(topic == "a" ? 1 : 2)","\#(ref)","test:\#(topic)","echo",{"x":"\#(text)"}]"#)
        }
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["2","2","test:b","phx_join",{}]"#)
        try client.send(#"["1","3","test:a","hang",{}]"#, #"["2","4","test:b","hang",{}]"#)
        _ = try client.frames()
        try echo(5, "a", bytes: 600)
        try echo(6, "b", bytes: 600)
        #expect(try client.frames().isEmpty)
        try echo(7, "a", bytes: 1)
        #expect(try client.frames().map { $0.contains("mailbox full") } == [true])
        // The messages go with the channel.
        try client.send(#"["8","8","test:b","phx_join",{}]"#)
        node.loop.advanceTime(by: .seconds(6))
        _ = try client.frames()
        try echo(9, "a", bytes: 1)
        #expect(try client.frames().isEmpty)
        #expect(node.pubSub.statistics[.fullMailboxes] == 1)
    }

    @Test("keeps messages that arrive while the join is decided, and drops them into the void if it is refused")
    func messagesDuringJoin() async throws {
        let client = try await node.connect()
        try client.deliver(#"["1","1","test:suspend","phx_join",{}]"#, #"["1","2","test:suspend","echo",{"x":1}]"#)
        #expect(try client.frames().isEmpty)
        node.run()
        #expect(
            try client.frames() == [
                #"["1","1","test:suspend","phx_reply",{"response":{},"status":"ok"}]"#,
                #"["1","2","test:suspend","phx_reply",{"response":{"x":1},"status":"ok"}]"#,
            ]
        )
    }

    @Test("runs a crash only in the channel it happened in")
    func crash() async throws {
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["2","2","test:b","phx_join",{}]"#)
        _ = try client.frames()
        try client.send(#"["1","3","test:a","nonsense",{}]"#, #"["2","4","test:b","echo",{}]"#)
        #expect(
            try client.frames() == [
                #"["1","1","test:a","phx_error",{"reason":"channel_crash"}]"#,
                #"["2","4","test:b","phx_reply",{"response":{},"status":"ok"}]"#,
            ]
        )
        try client.send(#"["6","6","test:a","phx_join",{}]"#)
        #expect(try client.frames() == [#"["6","6","test:a","phx_reply",{"response":{},"status":"ok"}]"#])
        #expect(node.pubSub.statistics[.channelCrashes] == 1)
    }

    @Test("answers later")
    func repliesLater() async throws {
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#)
        _ = try client.frames()
        try client.send(#"["1","2","test:a","later",{"x":1}]"#)
        #expect(try client.frames() == [#"["1","2","test:a","phx_reply",{"response":{"x":1},"status":"ok"}]"#])
    }
}

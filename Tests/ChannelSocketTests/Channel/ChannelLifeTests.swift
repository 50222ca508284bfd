import NIOCore
import NIOEmbedded
import PhoenixWire
import Synchronization
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
        configuration.limits.maxMailboxBytes = 2_000
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

    @Test("counts what callbacks have in hand, joins included, and keeps of a waiting message's frame only the message")
    func bytesInHand() async throws {
        var configuration = Endpoint.Configuration()
        configuration.limits.maxMailboxBytes = 1_000
        let node = EmbeddedNode(configuration: configuration) { Route("test:*", PlainTestChannel.self) }
        let client = try await node.connect()
        let padding = String(repeating: "x", count: 2_000)
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["2","2","test:b","phx_join",{}]"#)
        try client.send(#"["1","3","test:a","hang",{},"\#(padding)"]"#, #"["1","4","test:a","echo",{},"\#(padding)"]"#)
        _ = try client.frames()
        try client.send(#"["2","5","test:b","hang",{"x":"\#(padding)"}]"#)
        #expect(try client.frames().isEmpty, "what was not counted was not kept")
        try client.send(#"["2","6","test:b","echo",{}]"#, #"["7","7","test:c","phx_join",{}]"#)
        #expect(try client.frames().map { $0.contains("mailbox full") } == [true, true])
        #expect(node.pubSub.statistics[.fullMailboxes] == 2)
    }

    @Test("answers a join that was replaced before it was decided, and takes leave of the channel it was to replace")
    func replacedUndecided() async throws {
        let node = EmbeddedNode {
            Route("test:*") { topic, payload, socket -> PlainTestChannel in
                if String(buffer: payload.bytes).contains("wait") {
                    for await _ in AsyncStream<Never>.makeStream().stream {}
                }
                return try await PlainTestChannel(joining: topic, payload: payload, socket: socket)
            }
        }
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#)
        _ = try client.frames()
        try client.send(#"["2","2","test:a","phx_join",{"wait":1}]"#, #"["2","3","test:a","echo",{}]"#)
        #expect(try client.frames().isEmpty)
        try client.send(#"["4","4","test:a","phx_join",{}]"#)
        #expect(
            try client.frames() == [
                #"["2","2","test:a","phx_reply",{"response":{"reason":"joined again"},"status":"error"}]"#,
                #"["1","1","test:a","phx_close",{}]"#,
                #"["4","4","test:a","phx_reply",{"response":{},"status":"ok"}]"#,
            ]
        )
        #expect(node.pubSub.statistics[.staleMessages] == 1)
    }

    @Test("lets go of the channels it has replaced, even if no join is ever decided")
    func replacedJoins() async throws {
        final class Witness: Sendable {}
        let witnesses = Mutex<[WeakWitness]>([])
        struct WeakWitness: Sendable { weak let witness: Witness? }
        let node = EmbeddedNode {
            Route("test:*") { _, _, socket -> PlainTestChannel in
                let witness = Witness()
                socket.assign("witness", witness)
                witnesses.withLock { $0.append(WeakWitness(witness: witness)) }
                for await _ in AsyncStream<Never>.makeStream().stream {}
                throw CancellationError()
            }
        }
        let client = try await node.connect()
        for ref in 1...100 { try client.send(#"["\#(ref)","\#(ref)","test:a","phx_join",{}]"#) }
        #expect(witnesses.withLock { $0.count } == 100)
        // The time that each has to end.
        node.loop.advanceTime(by: .seconds(5))
        #expect(witnesses.withLock { $0.count { $0.witness != nil } } <= 2)
    }

    @Test("refuses a join whose reply can't be written, and is not in the topic then")
    func unwritableJoinReply() async throws {
        struct Binary: ChannelCallbacks {
            var joinReply: Payload { .binary(ByteBuffer(string: "x")) }
        }
        let node = EmbeddedNode { Route("test:*") { _, _, _ in Binary() } }
        let client = try await node.connect(vsn: "1.0.0")
        try client.send(#"{"topic":"test:a","event":"phx_join","payload":{},"ref":"1","join_ref":"1"}"#)
        let frames = try client.frames()
        #expect(frames.count == 1)
        #expect(frames.first?.contains("join crashed") == true)
        #expect(node.pubSub.statistics.channels == 0)
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

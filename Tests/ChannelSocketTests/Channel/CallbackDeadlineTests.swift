import NIOCore
import NIOEmbedded
import PhoenixWire
import Synchronization
import Testing

@testable import ChannelSocket

/// What becomes of callbacks that take too long.
///
/// The clock is the embedded loop's; only the cancelled sleep of a callback resumes by itself, from another thread.
@Suite("Deadlines of callbacks", .timeLimit(.minutes(1)))
struct CallbackDeadlineTests {
    private static func node(_ change: (inout SocketLimits) -> Void = { _ in }) -> EmbeddedNode {
        var configuration = Endpoint.Configuration()
        configuration.webSocket.idleTimeout = nil
        change(&configuration.limits)
        return EmbeddedNode(configuration: configuration) {
            Route("test:*", PlainTestChannel.self)
            Route("slow:*", SlowJoin.self)
        }
    }

    /// Never decides about a join.
    private struct SlowJoin: SocketChannel {
        init(joining topic: String, payload: Payload, socket: Socket) async throws {
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
        }
    }

    @Test("answers the message, and crashes a channel whose callback does not return even when cancelled")
    func hanging() async throws {
        let node = Self.node()
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["1","2","test:a","hang",{}]"#)
        try client.send(#"["1","3","test:a","echo",{}]"#)
        _ = try client.frames()
        node.loop.advanceTime(by: .milliseconds(29_900))
        #expect(try client.frames().isEmpty)
        node.loop.advanceTime(by: .milliseconds(300))
        #expect(
            try client.frames() == [
                #"["1","2","test:a","phx_reply",{"response":{"reason":"timeout"},"status":"error"}]"#
            ]
        )
        node.loop.advanceTime(by: .milliseconds(4_900))
        #expect(try client.frames().isEmpty)
        node.loop.advanceTime(by: .milliseconds(300))
        #expect(try client.frames() == [#"["1","1","test:a","phx_error",{"reason":"channel_crash"}]"#])
        let statistics = node.pubSub.statistics
        #expect(statistics[.callbackTimeouts] == 1)
        #expect(statistics[.channelCrashes] == 1)
        #expect(statistics[.abandonedChannels] == 1)
        #expect(statistics.channels == 0)
        #expect(node.pubSub.topics.isEmpty)
        // The client comes back.
        try client.send(#"["4","4","test:a","phx_join",{}]"#, #"["4","5","test:a","echo",{}]"#)
        #expect(try client.frames().count == 2)
    }

    @Test("refuses a join that is not decided, and what waited for it")
    func slowJoin() async throws {
        let node = Self.node()
        let client = try await node.connect()
        try client.send(#"["1","1","slow:a","phx_join",{}]"#, #"["1","2","slow:a","echo",{}]"#)
        node.loop.advanceTime(by: .seconds(10))
        #expect(try client.frames().isEmpty)
        node.loop.advanceTime(by: .milliseconds(300))
        #expect(
            try client.frames() == [
                #"["1","1","slow:a","phx_reply",{"response":{"reason":"join timeout"},"status":"error"}]"#,
                #"[null,"2","slow:a","phx_reply",{"response":{"reason":"unmatched topic"},"status":"error"}]"#,
            ]
        )
        #expect(node.pubSub.statistics[.joinTimeouts] == 1)
        // A second try does not have to wait for the first.
        try client.send(#"["3","3","slow:a","phx_join",{}]"#)
        node.loop.advanceTime(by: .milliseconds(10_300))
        #expect(try client.frames().count == 1)
        #expect(node.pubSub.statistics[.abandonedChannels] == 1)
    }

    @Test("gives a join the time that the channel before it takes to end")
    func joinAfterHanging() async throws {
        let node = Self.node { $0.joinTimeout = .seconds(3) }
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["1","2","test:a","hang",{}]"#)
        _ = try client.frames()
        try client.send(#"["3","3","test:a","phx_join",{}]"#)
        node.loop.advanceTime(by: .seconds(6))
        #expect(try client.frames().first == #"["3","3","test:a","phx_reply",{"response":{},"status":"ok"}]"#)
        #expect(node.pubSub.statistics[.joinTimeouts] == 0)
    }

    @Test("can be for ever")
    func off() async throws {
        let node = Self.node {
            $0.joinTimeout = nil
            $0.callbackTimeout = nil
        }
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["1","2","test:a","hang",{}]"#)
        try client.send(#"["2","3","slow:a","phx_join",{}]"#)
        _ = try client.frames()
        node.loop.advanceTime(by: .hours(1))
        #expect(try client.frames().isEmpty)
    }

    @Test("lets go of a hanging callback when the socket closes")
    func closed() async throws {
        let node = Self.node()
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["1","2","test:a","hang",{}]"#)
        try await client.channel.close()
        node.run()
        #expect(node.pubSub.statistics.connections == 0)
        #expect(node.pubSub.statistics.channels == 0)
        #expect(node.pubSub.topics.isEmpty)
        node.loop.advanceTime(by: .seconds(6))
        #expect(node.pubSub.statistics[.abandonedChannels] == 1)
    }
}

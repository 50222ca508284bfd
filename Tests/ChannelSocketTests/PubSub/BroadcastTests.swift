import NIOCore
import NIOEmbedded
import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("Broadcasts on one event loop", .timeLimit(.minutes(1)))
struct BroadcastTests {
    private let node = EmbeddedNode {
        Route("test:*", PlainTestChannel.self)
        Route("slow:*", TestChannel.self)
    }

    private func joined(_ topics: String..., vsn: String = "2.0.0") async throws -> EmbeddedClient {
        let client = try await node.connect(vsn: vsn)
        for (index, topic) in topics.enumerated() {
            if vsn == "2.0.0" {
                try client.send(#"["\#(index)","0","\#(topic)","phx_join",{}]"#)
            } else {
                try client.send(#"{"topic":"\#(topic)","event":"phx_join","payload":{},"ref":"0"}"#)
            }
        }
        _ = try client.frames()
        return client
    }

    private func shout(_ index: Int, _ topic: String = "test:a", joinRef: Int = 0) -> String {
        #"["\#(joinRef)","1","\#(topic)","shout",{"n":\#(index)}]"#
    }

    private func heard(_ index: Int, _ topic: String = "test:a") -> String {
        #"[null,null,"\#(topic)","shout",{"n":\#(index)}]"#
    }

    @Test("writes once per subscriber and tick, however many broadcasts there were")
    func coalesces() async throws {
        let clients = [try await joined("test:a"), try await joined("test:a"), try await joined("test:a")]
        for index in 0..<20 {
            try clients[index % 3].deliver(shout(index))
        }
        #expect(try clients[0].writes().isEmpty, "nothing is written before the tick ends")
        node.run()
        for client in clients {
            let writes = try client.writes()
            #expect(writes.count == 1)
            #expect(writes.first == (0..<20).map { heard($0) })
        }
    }

    @Test("reaches who is alone in a topic, in order with what else it gets, also while somebody joins and leaves")
    func alone() async throws {
        let (first, second) = (try await joined("test:a"), try await joined("test:b"))
        try first.deliver(
            shout(1), #"["0","2","test:a","shout_from",{"n":2}]"#, #"["0","3","test:a","shout_and_reply",{"n":3}]"#
        )
        try second.deliver(#"["1","1","test:a","phx_join",{}]"#)
        try first.deliver(shout(4))
        try second.deliver(#"["1","2","test:a","phx_leave",{}]"#)
        try first.deliver(shout(5))
        node.run()
        let reply = #"["0","3","test:a","phx_reply",{"response":{"n":3},"status":"ok"}]"#
        #expect(try first.frames() == [heard(1), heard(3), reply, heard(4), heard(5)])
        #expect(
            try second.frames() == [
                #"["1","1","test:a","phx_reply",{"response":{},"status":"ok"}]"#, heard(4),
                #"["1","2","test:a","phx_reply",{"response":{},"status":"ok"}]"#,
                #"["1","1","test:a","phx_close",{}]"#,
            ]
        )
    }

    @Test("sends and counts one frame to each who is alone in a topic, and none of what is for others")
    func countsAlone() async throws {
        let clients = [try await joined("test:a"), try await joined("test:b"), try await joined("test:c", "test:d")]
        let before = node.pubSub.traffic.deliveries
        for (client, topics) in zip(clients, [["a"], ["b"], ["c", "d"]]) {
            for (joinRef, topic) in topics.enumerated() {
                let toOthers = #"["\#(joinRef)","2","test:\#(topic)","shout_from",{}]"#
                try client.deliver(shout(7, "test:\(topic)", joinRef: joinRef), toOthers)
            }
        }
        node.run()
        #expect(try clients.map { try $0.writes().map(\.count) } == [[1], [1], [2]])
        #expect(node.pubSub.traffic.deliveries == before + 4)
    }

    @Test("writes a single broadcast to an idle connection in the tick in which it came, and waits for no timer")
    func addsNothingWhenIdle() async throws {
        let clients = [try await joined("test:a"), try await joined("test:a")]
        let before = node.loop.now
        var writes: [[[String]]] = []
        node.endpoint.broadcast("test:a", "shout", .json(ByteBuffer(string: #"{"n":1}"#)))
        // The next task behind what the broadcast has left to be done: whatever put it off would come after this one.
        node.loop.execute { writes = clients.map { (try? $0.writes()) ?? [] } }
        node.run()
        #expect(writes == [[[heard(1)]], [[heard(1)]]])
        #expect(node.loop.now == before)
    }

    @Test("leaves the sender out, and nobody else, in a tick with other broadcasts")
    func excludes() async throws {
        let sender = try await joined("test:a")
        let other = try await joined("test:a")
        try sender.deliver(shout(1), #"["0","2","test:a","shout_from",{"n":2}]"#, shout(3))
        node.run()
        let from = #"[null,null,"test:a","shout_from",{"n":2}]"#
        #expect(try sender.writes() == [[heard(1), heard(3)]])
        #expect(try other.writes() == [[heard(1), from, heard(3)]])
    }

    @Test("keeps the order of broadcasts of several topics and of replies on each connection")
    func keepsOrderAcrossTopics() async throws {
        let both = try await joined("test:a", "test:b")
        let single = try await joined("test:b")
        try both.deliver(
            shout(1), #"["1","7","test:b","shout_and_reply",{"n":2}]"#, shout(3), shout(4, "test:b", joinRef: 1)
        )
        node.run()
        #expect(
            try both.writes() == [
                [
                    heard(1), heard(2, "test:b"),
                    #"["1","7","test:b","phx_reply",{"response":{"n":2},"status":"ok"}]"#,
                    heard(3), heard(4, "test:b"),
                ]
            ]
        )
        #expect(try single.writes() == [[heard(2, "test:b"), heard(4, "test:b")]])
    }

    @Test("puts frames of several topics together once for all who are members of the same")
    func sharesMergedFrames() async throws {
        let clients = [
            try await joined("test:a", "test:b"), try await joined("test:a", "test:b"), try await joined("test:b"),
        ]
        try clients[0].deliver(shout(1), shout(2, "test:b", joinRef: 1), shout(3))
        node.run()
        let written = try clients.map { try #require(try $0.channel.readOutbound(as: ByteBuffer.self)) }
        #expect(written[0].readableBytes == written[1].readableBytes)
        #expect(written[0].readableBytes > written[2].readableBytes)
        #expect(written[0].storage == written[1].storage, "both have the same bytes, not each a copy")
    }

    @Test("writes within the tick when much has gathered")
    func boundsTicks() async throws {
        let client = try await joined("test:a")
        let text = String(repeating: "x", count: 60_000)
        for _ in 0..<17 { try client.deliver(#"["0","1","test:a","shout",{"n":"\#(text)"}]"#) }
        #expect(try client.writes().isEmpty)
        try client.deliver(#"["0","1","test:a","shout",{"n":"\#(text)"}]"#)
        #expect(try client.writes().map(\.count) == [18])
        node.run()
        #expect(try client.writes().isEmpty)
    }

    @Test("encodes for each serializer in use")
    func mixesSerializers() async throws {
        let v1 = try await joined("test:a", vsn: "1.0.0")
        let v2 = try await joined("test:a")
        try v2.send(shout(1))
        #expect(try v2.frames() == [heard(1)])
        #expect(try v1.frames() == [#"{"event":"shout","payload":{"n":1},"ref":null,"topic":"test:a"}"#])
    }

    @Test("does not give a joiner what was broadcast before it joined, nor a leaver what comes after")
    func membershipChangesSplitTheTick() async throws {
        let old = try await joined("test:a")
        let new = try await node.connect()
        try old.deliver(shout(1))
        try new.deliver(#"["5","5","test:a","phx_join",{}]"#)
        try old.deliver(shout(2), #"["0","9","test:a","phx_leave",{}]"#)
        try new.deliver(#"["5","6","test:a","shout",{"n":3}]"#)
        node.run()
        let leave = [
            #"["0","9","test:a","phx_reply",{"response":{},"status":"ok"}]"#, #"["0","0","test:a","phx_close",{}]"#,
        ]
        #expect(try old.frames() == [heard(1), heard(2)] + leave)
        #expect(
            try new.frames()
                == [#"["5","5","test:a","phx_reply",{"response":{},"status":"ok"}]"#, heard(2), heard(3)]
        )
    }

    @Test("hands intercepted events to handleOut and forwards the others")
    func intercepts() async throws {
        let client = try await joined("slow:a")
        try client.send(#"["0","1","slow:a","intercepted",{"n":1}]"#, shout(2, "slow:a"))
        #expect(
            try client.frames() == [#"["0",null,"slow:a","out",{"n":1}]"#, heard(2, "slow:a")]
        )
    }

    @Test("encodes once for all channels that intercept other events")
    func sharesWithInterceptors() async throws {
        let clients = [try await joined("slow:a"), try await joined("slow:a")]
        try clients[0].send(shout(1, "slow:a"))
        let written = try clients.map { try #require(try $0.channel.readOutbound(as: ByteBuffer.self)) }
        #expect(written[0].storage == written[1].storage)
        try clients[0].send(#"["0","2","slow:a","phx_leave",{}]"#)
        _ = try clients[0].frames()
        try clients[1].send(#"["0","1","slow:a","intercepted",{"n":2}]"#, shout(3, "slow:a"))
        #expect(try clients[0].frames().isEmpty)
        #expect(try clients[1].frames() == [#"["0",null,"slow:a","out",{"n":2}]"#, heard(3, "slow:a")])
    }

    @Test("hands broadcasts of further topics to handleInfo")
    func subscribesFurther() async throws {
        let client = try await joined("test:a")
        try client.send(#"["0","1","test:a","listen",{}]"#)
        node.endpoint.broadcast("news", "flash", .json(ByteBuffer(string: #"{"x":1}"#)))
        node.run()
        #expect(try client.frames() == [#"["0",null,"test:a","flash",{"x":1}]"#])
        try client.send(#"["0","2","test:a","phx_leave",{}]"#)
        #expect(node.pubSub.topics.isEmpty)
    }

    @Test("tells topics apart that are different bytes for the same characters")
    func comparesBytes() async throws {
        let composed = try await joined("test:\u{e9}")
        let decomposed = try await joined("test:e\u{301}")
        try composed.send(shout(1, "test:\u{e9}"))
        #expect(try composed.frames().count == 1)
        #expect(try decomposed.frames().isEmpty)
        #expect(node.pubSub.topics.count == 2)
    }

    @Test("refuses each join of a topic whose subscription is refused, not only the first")
    func refusedSubscription() async throws {
        let bus = EmbeddedEventLoop()
        let node = EmbeddedNode(pubSub: PubSub(adapter: RefusingAdapter(eventLoop: bus))) {
            Route("test:*", PlainTestChannel.self)
        }
        let clients = [try await node.connect(), try await node.connect()]
        for client in clients { try client.deliver(#"["1","1","test:a","phx_join",{}]"#) }
        bus.run()
        node.run()
        for client in clients {
            #expect(
                try client.frames() == [
                    #"["1","1","test:a","phx_reply",{"response":{"reason":"unavailable"},"status":"error"}]"#
                ]
            )
        }
        #expect(node.pubSub.statistics[.failedSubscriptions] == 2)
    }

    @Test("counts a socket that other nodes cannot disconnect")
    func refusedSocketID() async throws {
        let connect: Endpoint.Connect = { _ in .accept(id: "user:1") }
        let bus = EmbeddedEventLoop()
        let adapter = RefusingAdapter(eventLoop: bus)
        let node = EmbeddedNode(pubSub: PubSub(adapter: adapter), connect: connect) {
            Route("test:*", PlainTestChannel.self)
        }
        _ = try await node.connect()
        bus.run()
        node.run()
        #expect(node.pubSub.statistics[.failedSubscriptions] == 1)
    }

    @Test("counts a further topic that a channel does not get, unless the channel has gone", arguments: [false, true])
    func refusedFurtherTopic(isGone: Bool) async throws {
        let bus = EmbeddedEventLoop()
        let adapter = RefusingAdapter(eventLoop: bus, granted: ["test:a"])
        let node = EmbeddedNode(pubSub: PubSub(adapter: adapter)) { Route("test:*", PlainTestChannel.self) }
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["1","2","test:a","listen",{}]"#)
        if isGone {
            try await client.channel.close()
            node.run()
        }
        bus.run()
        node.run()
        #expect(node.pubSub.topics.isEmpty)
        #expect(node.pubSub.statistics[.channelCrashes] == (isGone ? 0 : 1))
        #expect(node.pubSub.statistics[.failedSubscriptions] == (isGone ? 0 : 1))
    }

    @Test("forgets a topic with its last member")
    func forgetsTopics() async throws {
        let client = try await joined("test:a", "test:b")
        #expect(Set(node.pubSub.topics) == ["test:a", "test:b"])
        try client.send(#"["0","2","test:a","phx_leave",{}]"#)
        #expect(node.pubSub.topics == ["test:b"])
        try await client.channel.close()
        node.run()
        #expect(node.pubSub.topics.isEmpty)
        #expect(node.pubSub.statistics.connections == 0)
        #expect(node.pubSub.statistics.channels == 0)
    }
}

extension ByteBuffer {
    /// Where the bytes are.
    fileprivate var storage: UnsafeRawPointer? { withUnsafeReadableBytes(\.baseAddress) }
}

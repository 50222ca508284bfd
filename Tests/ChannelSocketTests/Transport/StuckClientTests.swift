import NIOCore
import NIOEmbedded
import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("A client whose socket takes nothing, on one event loop", .timeLimit(.minutes(1)))
struct StuckClientTests {
    private static func node(_ policy: SlowConsumerPolicy) -> EmbeddedNode {
        var configuration = Endpoint.Configuration()
        configuration.webSocket.maxOutboundBytes = 1_000
        configuration.webSocket.slowConsumerPolicy = policy
        return EmbeddedNode(configuration: configuration) { Route("test:*", PlainTestChannel.self) }
    }

    /// Connects a client to two topics.
    private static func connect(to node: EmbeddedNode) async throws -> EmbeddedClient {
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#, #"["2","2","test:b","phx_join",{}]"#)
        #expect(try client.frames().count == 2)
        return client
    }

    private static func shout(_ number: Int, on topic: String = "a", event: String = "shout") -> String {
        #"["\#(topic == "a" ? 1 : 2)","7","test:\#(topic)","\#(event)",{"n":\#(number)}]"#
    }

    private static func heard(_ number: Int, on topic: String = "a") -> String {
        #"[null,null,"test:\#(topic)","shout",{"n":\#(number)}]"#
    }

    @Test(
        "changes nothing for others: they are written the same frames in as many writes in the same turns",
        arguments: [SlowConsumerPolicy.close, .drop]
    )
    func others(policy: SlowConsumerPolicy) async throws {
        let alone = try await Self.writesToOther(policy, isStuckBeside: false)
        // All that comes in a turn is one write.
        #expect(alone.map { $0.map(\.count) } == (0..<100).map { $0 % 4 == 0 ? [] : [$0 % 4] })
        #expect(try await Self.writesToOther(policy, isStuckBeside: true) == alone)
    }

    /// What another client is written in each turn of the event loop, write by write.
    private static func writesToOther(_ policy: SlowConsumerPolicy, isStuckBeside: Bool) async throws -> [[[String]]] {
        let node = Self.node(policy)
        // The first to join is the first to be written to.
        let stuck = isStuckBeside ? try await connect(to: node) : nil
        let socket = try stuck.map { try FullSocket.become(socketOf: $0) }
        let other = try await connect(to: node)
        var turns: [[[String]]] = []
        for turn in 0..<100 {
            for number in 0..<turn % 4 { try other.deliver(shout(number, on: number % 2 == 0 ? "a" : "b")) }
            node.run()
            turns.append(try other.writes())
        }
        let statistics = node.pubSub.statistics
        #expect(statistics[.slowConsumerCloses] == (isStuckBeside && policy == .close ? 1 : 0))
        #expect((statistics[.slowConsumerFrames] > 0) == (isStuckBeside && policy == .drop))
        try socket?.drain()
        #expect(try stuck?.frames().isEmpty != true, "it was written to until it was too slow")
        return turns
    }

    @Test("does without broadcasts, each of which is counted, and gets its replies, if the policy is to drop")
    func counts() async throws {
        let node = Self.node(.drop)
        let (stuck, other) = (try await Self.connect(to: node), try await Self.connect(to: node))
        let socket = try FullSocket.become(socketOf: stuck)
        for number in 0..<100 { try other.send(Self.shout(number)) }
        let missed = node.pubSub.statistics[.slowConsumerFrames]
        #expect(missed > 0)
        // Of its own it would not have got the second, and gets the answer to the third.
        try stuck.send(
            Self.shout(1), Self.shout(2, event: "shout_from"), Self.shout(3, on: "b", event: "shout_and_reply")
        )
        #expect(node.pubSub.statistics[.slowConsumerFrames] == missed + 2)
        try socket.drain()
        let reply = #"["2","7","test:b","phx_reply",{"response":{"n":3},"status":"ok"}]"#
        #expect(try stuck.frames() == (0..<100 - missed).map { Self.heard($0) } + [reply])
    }

    @Test("does without the broadcasts of topics that it has to itself, and gets its replies in their order")
    func alone() async throws {
        let node = Self.node(.drop)
        let stuck = try await Self.connect(to: node)
        let socket = try FullSocket.become(socketOf: stuck)
        for number in 0..<20 { try stuck.send(Self.shout(number, event: "shout_and_reply")) }
        let missed = Int(node.pubSub.statistics[.slowConsumerFrames])
        #expect((1..<20).contains(missed))
        let deliveries = node.pubSub.traffic.deliveries
        try socket.drain()
        let expected = (0..<20).flatMap { number in
            let reply = #"["1","7","test:a","phx_reply",{"response":{"n":\#(number)},"status":"ok"}]"#
            return number < 20 - missed ? [Self.heard(number), reply] : [reply]
        }
        #expect(try stuck.frames() == expected)
        #expect(deliveries == 20 - missed)
    }
}

/// Takes the place of a client's socket whose buffers are full, and holds what is written to it.
private final class FullSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let channel: EmbeddedChannel
    private var isFull = true

    private init(_ channel: EmbeddedChannel) {
        self.channel = channel
    }

    static func become(socketOf client: EmbeddedClient) throws -> FullSocket {
        let socket = FullSocket(client.channel)
        try client.channel.pipeline.syncOperations.addHandler(socket, position: .first)
        // NIO would say so later, of a buffer that is full; until then, what is held is below the limit anyway.
        client.channel.isWritable = false
        client.channel.pipeline.fireChannelWritabilityChanged()
        return socket
    }

    func flush(context: ChannelHandlerContext) {
        if !isFull { context.flush() }
    }

    /// Lets everything go that is held.
    func drain() throws {
        isFull = false
        channel.pipeline.syncOperations.flush()
    }
}

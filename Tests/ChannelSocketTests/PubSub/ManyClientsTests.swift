import NIOCore
import NIOEmbedded
import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("Messages of many clients in one turn of the event loop", .timeLimit(.minutes(1)))
struct ManyClientsTests {
    private let node = EmbeddedNode { Route("test:*", PlainTestChannel.self) }

    private func joined(_ topics: String...) async throws -> EmbeddedClient {
        let client = try await node.connect()
        for topic in topics { try client.send(#"["1","0","\#(topic)","phx_join",{}]"#) }
        _ = try client.frames()
        return client
    }

    private func alone(_ count: Int) async throws -> [EmbeddedClient] {
        var clients: [EmbeddedClient] = []
        for index in 0..<count { clients.append(try await joined("test:\(index)")) }
        return clients
    }

    private func push(_ event: String, _ topic: String) -> String { #"["1","2","\#(topic)","\#(event)",{}]"# }

    private func heard(_ topic: String) -> String { #"[null,null,"\#(topic)","shout",{}]"# }

    @Test("frames that only one client gets are written while the cache has them: 32 clients at a time, each once")
    func writesInBatches() async throws {
        let clients = try await alone(40)
        for index in 0..<31 { try clients[index].deliver(push("shout_and_reply", "test:\(index)")) }
        for client in clients { #expect(try client.writes().isEmpty) }
        for index in 31..<40 { try clients[index].deliver(push("shout_and_reply", "test:\(index)")) }
        let early = try clients.map { try $0.writes() }
        #expect(early.map(\.count) == (0..<40).map { $0 < 32 ? 1 : 0 })
        node.run()
        let late = try clients.map { try $0.writes() }
        #expect(late.map(\.count) == (0..<40).map { $0 < 32 ? 0 : 1 })
        for (index, writes) in zip(early, late).map({ $0 + $1 }).enumerated() {
            let topic = "test:\(index)"
            let reply = #"["1","2","\#(topic)","phx_reply",{"response":{},"status":"ok"}]"#
            #expect(writes.first == [heard(topic), reply])
        }
    }

    @Test("with frames for a topic that several share, everything is written when the turn ends, in its order")
    func writesInOrder() async throws {
        let clients = try await alone(40)
        let (first, second) = (try await joined("test:shared", "test:a"), try await joined("test:shared", "test:b"))
        try first.deliver(push("shout", "test:shared"))
        try second.deliver(push("shout", "test:b"))
        for index in 0..<40 { try clients[index].deliver(push("shout", "test:\(index)")) }
        try first.deliver(push("shout", "test:a"))
        for client in clients + [first, second] { #expect(try client.writes().isEmpty) }
        node.run()
        for client in clients { #expect(try client.writes().count == 1) }
        #expect(try first.writes() == [[heard("test:shared"), heard("test:a")]])
        #expect(try second.writes() == [[heard("test:shared"), heard("test:b")]])
    }

    @Test("what a client's messages go through is known from its last message on, channel by channel")
    func workingSet() async throws {
        let client = try await joined("test:a", "test:b")
        let connection = try client.channel.pipeline.syncOperations.handler(type: WebSocketConnection.self)
        let session = try #require(connection.handler as? SocketSession)
        #expect(connection.workingSet.process == nil)
        for topic in ["test:a", "test:b", "test:a"] {
            try client.send(push("shout", topic))
            let process = try #require(session.channels.lookUp(topic))
            let audience = try #require(process.audience)
            #expect(connection.workingSet.process == WorkingSet.address(process))
            #expect(connection.workingSet.audience == WorkingSet.address(audience))
            #expect(connection.workingSet.connection == WorkingSet.address(connection))
        }
        // A channel that has come in place of another one is another one.
        try client.send(#"["3","3","test:a","phx_join",{}]"#, #"["3","4","test:a","shout",{}]"#)
        let successor = try #require(session.channels.lookUp("test:a"))
        #expect(connection.workingSet.process == WorkingSet.address(successor))
    }
}

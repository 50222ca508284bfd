import NIOCore
import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("Active channels of a socket")
struct ActiveChannelsTests {
    private let node = EmbeddedNode { Route("test:*", PlainTestChannel.self) }

    private func process(_ topic: String) -> ChannelProcess {
        let shard = node.pubSub.shard(for: node.loop)
        let connection = WebSocketConnection(
            loop: shard.transport, configuration: WebSocketConfiguration(), statistics: node.pubSub.statistics
        )
        let session = SocketSession(
            endpoint: node.endpoint, connection: connection, shard: shard, serializer: .v2, id: nil, assigns: [:]
        )
        let join = Message(joinRef: .null, ref: .null, topic: topic, event: "phx_join", payload: .emptyObject)
        let channel = RunningChannelOf { topic, payload, socket in
            try await PlainTestChannel(joining: topic, payload: payload, socket: socket)
        }
        return ChannelProcess(join, session: session, channel: channel, route: 0, predecessor: nil)
    }

    @Test("registers, looks up, lists and removes, whether there are few or many", arguments: [1, 5, 16, 17, 40])
    func registers(count: Int) {
        var channels = ActiveChannels()
        #expect(channels.count == 0)
        let processes = (0..<count).map { process("test:\($0)") }
        for process in processes { channels.register(process) }
        #expect(channels.count == count)
        #expect(Set(channels.all.map(\.topic)) == Set(processes.map(\.topic)))
        for (index, process) in processes.enumerated() {
            #expect(channels.lookUp("test:\(index)") === process)
        }
        #expect(channels.lookUp("test:none") == nil)
        for process in processes { channels.remove(process) }
        #expect(channels.count == 0)
        #expect(channels.lookUp("test:0") == nil)
    }

    @Test("replaces the channel of a topic, and does not remove the new one for the old one", arguments: [1, 20])
    func replaces(count: Int) {
        var channels = ActiveChannels()
        for index in 0..<count { channels.register(process("test:\(index)")) }
        let old = channels.lookUp("test:0")
        let new = process("test:0")
        channels.register(new)
        #expect(channels.count == count)
        if let old { channels.remove(old) }
        #expect(channels.lookUp("test:0") === new)
    }
}

import PhoenixWire
import Synchronization
import Testing

@testable import ChannelSocket

@Suite("Presence of a channel", .timeLimit(.minutes(1)))
struct SocketPresenceTests {
    private struct Silent: ChannelCallbacks {}

    private func tracked(by socket: Socket) -> [String] {
        socket.process.presences.withLock { presences in
            if case .some(_, let all) = presences { all.map(\.key) } else { [] }
        }
    }

    @Test("keeps nothing of what was refused, and all that was not")
    func refused() async throws {
        let pubSub = PubSub()
        var configuration = PresenceConfiguration()
        configuration.maxMembersPerTopic = 1
        let sockets = Mutex<[Socket]>([])
        let presence = Presence(pubSub: pubSub, configuration: configuration)
        let node = EmbeddedNode(pubSub: pubSub, presence: presence) {
            Route("room:*") { _, _, socket in
                sockets.withLock { $0.append(socket) }
                return Silent()
            }
        }
        let client = try await node.connect()
        try client.send(#"["1","1","room:a","phx_join",{}]"#)
        let socket = try #require(sockets.withLock { $0.first })
        try await socket.track("ann")
        for key in ["ann", "bob", "bob", "eve"] {
            await #expect(throws: PresenceError.self) { try await socket.track(key) }
        }
        #expect(tracked(by: socket) == ["ann"])
        try await socket.untrack("ann")
        #expect(tracked(by: socket) == [])
    }
}

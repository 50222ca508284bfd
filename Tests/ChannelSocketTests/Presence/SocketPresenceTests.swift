import PhoenixWire
import Synchronization
import Testing

@testable import ChannelSocket

@Suite("Presence of a channel", .timeLimit(.minutes(1)))
struct SocketPresenceTests {
    private struct Silent: ChannelCallbacks {}

    private struct Curious: ChannelCallbacks {
        func joined(socket: Socket) async throws {
            for _ in 0..<3 { socket.pushPresenceState() }
        }
    }

    private func tracked(by socket: Socket) -> [String] {
        socket.process.presences.withLock { presences in
            if case .some(_, let all) = presences { all.map(\.key) } else { [] }
        }
    }

    @Test("takes one place of those who wait for a state, and none once it has ended")
    func waits() async throws {
        let pubSub = PubSub()
        let presence = Presence(pubSub: pubSub, store: AbsentStore())
        let node = EmbeddedNode(pubSub: pubSub, presence: presence) {
            Route("room:*") { _, _, _ in Curious() }
        }
        var waiters: Int { presence.withTopic("room:a") { state, _ in state.waiterCount } }
        let (ann, bob) = (try await node.connect(), try await node.connect())
        for client in [ann, bob] { try client.send(#"["1","1","room:a","phx_join",{}]"#) }
        #expect(waiters == 2)
        for (client, left) in [(ann, 1), (bob, 0)] {
            try client.send(#"["1","2","room:a","phx_leave",{}]"#)
            #expect(waiters == left)
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

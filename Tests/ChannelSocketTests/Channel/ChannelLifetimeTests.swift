import NIOCore
import NIOEmbedded
import PhoenixWire
import Synchronization
import Testing

@testable import ChannelSocket

@Suite("The lifetime of a channel", .timeLimit(.minutes(1)))
struct ChannelLifetimeTests {
    /// How often channels were terminated because they had expired.
    private final class Expirations: Sendable {
        let count = Atomic(0)
    }

    private struct Expiring: ChannelCallbacks {
        let expirations: Expirations

        init(_ socket: Socket, _ expirations: Expirations) {
            self.expirations = expirations
            if socket.topic != "test:lasting" { socket.expire(after: .seconds(3)) }
        }

        mutating func handleIn(_ event: String, _ payload: Payload, socket: Socket) async throws -> ChannelResponse {
            if event == "last" { socket.expire(after: .seconds(10)) }
            return .reply(.ok)
        }

        mutating func terminate(_ reason: TerminateReason, socket: Socket) async {
            if case .expired = reason { expirations.count.add(1, ordering: .relaxed) }
        }
    }

    private let expirations = Expirations()
    private let node: EmbeddedNode

    init() {
        let expirations = expirations
        node = EmbeddedNode { Route("test:*") { _, _, socket in Expiring(socket, expirations) } }
    }

    private func join(_ topics: String...) async throws -> EmbeddedClient {
        let client = try await node.connect()
        for topic in topics { try client.send(#"["1","1","\#(topic)","phx_join",{}]"#) }
        _ = try client.frames()
        return client
    }

    @Test("ends the channel with phx_error in the second in which it is over, and no other channel")
    func expiry() async throws {
        let client = try await join("test:a", "test:lasting")
        node.loop.advanceTime(by: .milliseconds(2_999))
        #expect(try client.frames().isEmpty)
        node.loop.advanceTime(by: .milliseconds(1))
        #expect(try client.frames() == [#"["1","1","test:a","phx_error",{"reason":"token expired"}]"#])
        #expect(expirations.count.load(ordering: .relaxed) == 1)
        #expect(node.pubSub.statistics[.expiredChannels] == 1)
        #expect(node.pubSub.statistics[.channelCrashes] == 0)
        #expect(node.pubSub.statistics.channels == 1)
        node.endpoint.broadcast("test:a", "n", .emptyObject)
        try client.send(#"["1","2","test:lasting","n",{}]"#)
        #expect(try client.frames().count == 1)
    }

    @Test("begins anew when the channel says so, and when it is joined again")
    func renewal() async throws {
        let client = try await join("test:a", "test:b")
        node.loop.advanceTime(by: .seconds(2))
        try client.send(#"["1","2","test:a","last",{}]"#, #"["3","3","test:b","phx_join",{}]"#)
        _ = try client.frames()
        node.loop.advanceTime(by: .seconds(2))
        #expect(try client.frames().isEmpty)
        node.loop.advanceTime(by: .seconds(1))
        #expect(try client.frames() == [#"["3","3","test:b","phx_error",{"reason":"token expired"}]"#])
    }

    @Test("concerns nobody after the channel was left")
    func left() async throws {
        let client = try await join("test:a")
        try client.send(#"["1","2","test:a","phx_leave",{}]"#)
        _ = try client.frames()
        node.loop.advanceTime(by: .seconds(10))
        #expect(try client.frames().isEmpty)
        #expect(node.pubSub.statistics[.expiredChannels] == 0)
    }
}

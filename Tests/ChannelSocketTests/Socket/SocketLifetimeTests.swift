import NIOCore
import NIOEmbedded
import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("The lifetime of a socket", .timeLimit(.minutes(1)))
struct SocketLifetimeTests {
    /// Close frame, code 4001, `token expired`.
    private static let closeFrame = "8 0fa1" + "746f6b656e2065787069726564"

    private static func node(connect: @escaping Endpoint.Connect) -> EmbeddedNode {
        EmbeddedNode(connect: connect, routes: { Route("test:*", PlainTestChannel.self) })
    }

    @Test("closes a socket with 4001 in the second in which its lifetime is over")
    func expiry() async throws {
        let node = Self.node { _ in .accept(lifetime: .seconds(3)) }
        let client = try await node.connect()
        try client.send(#"["1","1","test:a","phx_join",{}]"#)
        _ = try client.frames()
        node.loop.advanceTime(by: .milliseconds(2_999))
        #expect(try client.frames().isEmpty)
        node.loop.advanceTime(by: .milliseconds(1))
        #expect(try client.frames() == [Self.closeFrame])
        #expect(node.pubSub.statistics[.expiredSockets] == 1)
    }

    @Test("leaves a socket open whose lifetime is beyond what can be counted")
    func longLife() async throws {
        let node = Self.node { _ in .accept(lifetime: .nanoseconds(.max)) }
        let client = try await node.connect()
        node.loop.advanceTime(by: .seconds(10))
        #expect(try client.frames().isEmpty)
    }

    @Test("tells a client that is denied why, and one that is refused nothing")
    func denied() async throws {
        let denying = Self.node { _ in .deny(status: 401, reason: "token expired") }
        let request = UpgradeRequest(path: "/socket/websocket", query: "vsn=2.0.0", headers: [], peer: nil)
        guard case .refuse(401, "token expired") = await denying.endpoint.decide(request) else {
            Issue.record("not denied")
            return
        }
        let refusing = Self.node { _ in .refuse }
        guard case .refuse(403, "") = await refusing.endpoint.decide(request) else {
            Issue.record("not refused")
            return
        }
        #expect(denying.pubSub.statistics[.refusedConnections] == 1)
    }
}

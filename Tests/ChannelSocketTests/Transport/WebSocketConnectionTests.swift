import NIOCore
import NIOEmbedded
import PhoenixWire
import Testing

@testable import ChannelSocket

@Suite("WebSocket connection", .timeLimit(.minutes(1)))
struct WebSocketConnectionTests {
    private let node = EmbeddedNode { Route("test:*", PlainTestChannel.self) }

    @Test("counts a broken rule of the protocol only if that ends the connection")
    func protocolErrors() async throws {
        let broken = ByteBuffer(bytes: ClientFrame(opcode: 3).bytes)
        let closing = try await node.connect()
        try closing.send("nonsense")
        #expect(try closing.frames().count == 1)
        try closing.channel.writeInbound(broken)
        #expect(try closing.frames().isEmpty)
        #expect(node.pubSub.statistics[.protocolErrors] == 0)
        let open = try await node.connect()
        try open.channel.writeInbound(broken)
        #expect(try open.frames().count == 1)
        #expect(node.pubSub.statistics[.protocolErrors] == 1)
    }
}

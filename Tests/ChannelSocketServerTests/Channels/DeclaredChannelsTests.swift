import ChannelSocket
import ChannelSocketTesting
import PhoenixWire
import Testing

@testable import ChannelSocketServer

@Suite("The declared channels of a node", .timeLimit(.minutes(1)))
struct DeclaredChannelsTests {
    private func channels(_ declarations: [ChannelDeclaration]) throws -> DeclaredChannels {
        try DeclaredChannels(declarations, node: NodeID(), statistics: NodeStatistics())
    }

    @Test("are none whose webhook is not there, at the start or later")
    func unloadedWebhook() throws {
        var asked = ChannelDeclaration("asked:*")
        asked.webhook = "gate"
        let error = UnloadedWebhook("gate", of: "asked:*")
        #expect(throws: error) { _ = try channels([asked]) }
        let open = try channels([.room])
        #expect(throws: error) { _ = try open.rules(for: [.room, asked]) }
        #expect(open.generation == 0)
    }

    @Test("have members follow rules that came between the choice of a route and the join")
    func replacedMeanwhile() async throws {
        var closed = ChannelDeclaration.room
        closed.events = ["wave"]
        let open = try channels([.room])
        let routes = open.routes
        open.replace(with: try open.rules(for: [closed]))
        let server = StockServer(configuration: Self.configuration, logger: TestTokens.logger) {
            for route in routes { route }
        }
        try await RunningServer.with(server) { node in
            let client = try await TestPhoenixClient.connect(port: node.port)
            try await client.join("room:a")
            #expect(try await client.call("room:a", "shout").payload == ["reason": "event not allowed"])
            #expect(try await client.call("room:a", "wave").status == "ok")
        }
    }

    private static var configuration: ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.listen.port = 0
        return configuration
    }
}

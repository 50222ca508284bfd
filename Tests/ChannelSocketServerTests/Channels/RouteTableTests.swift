import ChannelSocket
import ChannelSocketTesting
import PhoenixWire
import Testing

@testable import ChannelSocketServer

/// Handlers written in Swift beside declared channels.
@Suite("The route table", .timeLimit(.minutes(2)))
struct RouteTableTests {
    private static func configuration(channels: String) -> String {
        "reload: {interval: 50ms}\nlimits: {join_rate: none}\nchannels:\n\(channels)"
    }

    @Test("has handlers and declared channels, before and after a reload, which changes the declared ones only")
    func reload() async throws {
        let file = try TemporaryFile(
            Self.configuration(channels: "  - {topic: \"chat:*\", join: public, relay: all}\n")
        )
        let log = CapturedLog()
        let server = try await StockServer(
            configurationFile: file.path, settings: ["listen.port": "0"], environment: [:], logger: log.logger
        ) {
            Route("game:*", DiceChannel.self)
            Route("chat:dice", DiceChannel.self)
        }
        try await RunningServer.with(server) { server in
            let client = try await TestPhoenixClient.connect(port: server.port)
            #expect(try await client.join("game:1") == ["reason": "handler"])
            #expect(try await client.join("chat:dice") == ["reason": "handler"], "the handler comes first")
            try await client.join("chat:a")
            #expect(try await client.call("game:1", "roll").payload == ["rolls": 1])
            #expect(try await client.call("chat:a", "shout", ["n": 1]).status == "ok")
            #expect(try await client.expect("shout", on: "chat:a").payload == ["n": 1])
            #expect(try await client.tryJoin("hall:a").payload == ["reason": "unmatched topic"])
            #expect(try await client.tryJoin("room:lobby").payload == ["reason": "unmatched topic"])

            try file.write(
                Self.configuration(
                    channels: "  - {topic: \"chat:*\", join: public, events: [wave]}\n"
                        + "  - {topic: \"hall:*\", join: public}\n"
                )
            )
            _ = try await log.wait(for: "configuration reloaded")
            try await client.join("hall:a")
            #expect(try await client.call("chat:a", "shout").payload == ["reason": "event not allowed"])
            #expect(try await client.call("game:1", "roll").payload == ["rolls": 2], "the same channel as before")
            #expect(try await client.join("game:2") == ["reason": "handler"])

            try file.write(Self.configuration(channels: "  - {topic: \"game:*\", join: public}\n"))
            let problem = try await log.wait(for: "configuration not reloaded")
            #expect(
                problem.metadata["configuration.problem"]
                    == "channels[0] (game:*) is never reached: handler (game:*) comes first and has all of its topics"
            )
            #expect(try await client.join("game:3") == ["reason": "handler"])
            try await client.join("hall:b")
        }
    }

    @Test("is refused at the start if a topic has two places in it")
    func conflicts() async throws {
        var configuration = ServerConfiguration()
        configuration.listen.port = 0
        configuration.channels = [ChannelDeclaration("game:*")]
        let servers = [
            StockServer(configuration: configuration, logger: TestTokens.logger) { Route("game:*", DiceChannel.self) },
            StockServer(configuration: configuration, logger: TestTokens.logger) {
                Route("dice:*", DiceChannel.self)
                Route("dice:1", DiceChannel.self)
            },
        ]
        for server in servers { await #expect(throws: RouteConflict.self) { try await server.run() } }
        configuration.channels = [ChannelDeclaration("game:*"), ChannelDeclaration("game:1")]
        let error = await #expect(throws: RouteConflict.self) {
            try await StockServer(configuration: configuration, logger: TestTokens.logger).run()
        }
        #expect(
            error?.description
                == "channels[1] (game:1) is never reached: channels[0] (game:*) comes first and has all of its topics"
        )
    }

    @Test("lets what is narrow come before what is broad")
    func narrowFirst() throws {
        var configuration = ServerConfiguration()
        configuration.channels = [ChannelDeclaration("game:1"), ChannelDeclaration("game:*")]
        let table = RouteTable(handlers: [Route("game:2", DiceChannel.self)])
        #expect(try table.declarations(of: configuration).map(\.topic) == ["game:1", "game:*"])
    }

    @Test("has the open room only where nothing else is said, under the token's name if there are tokens")
    func defaults() throws {
        var configuration = ServerConfiguration()
        let bare = RouteTable(handlers: [])
        #expect(try bare.declarations(of: configuration) == [.room])
        configuration.access.tokens = TokenConfiguration()
        #expect(try bare.declarations(of: configuration).map(\.presenceKey) == [.claim("sub")])
        let table = RouteTable(handlers: [Route("game:*", DiceChannel.self)])
        #expect(try table.declarations(of: configuration).isEmpty)
        configuration.channels = [.room]
        #expect(try table.declarations(of: configuration) == [.room])
        configuration.channels = []
        #expect(try bare.declarations(of: configuration).isEmpty)
    }
}

import ChannelSocket
import ChannelSocketTesting
import Logging
import PhoenixWire
import ServiceLifecycle
import Testing

@testable import ChannelSocketServer

@Suite("Work beside the server", .timeLimit(.minutes(2)))
struct AttachedWorkTests {
    private static var server: StockServer {
        var configuration = ServerConfiguration()
        configuration.listen.port = 0
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return StockServer(configuration: configuration, logger: logger)
    }

    @Test("broadcasts to the server's clients, who are served on when it is over")
    func broadcast() async throws {
        let (joins, joined) = AsyncStream.makeStream(of: Void.self)
        let work: @Sendable (Endpoint) async throws -> Void = { endpoint in
            for await _ in joins { endpoint.broadcast("room:lobby", "announcement", .reason("lunch")) }
        }
        try await RunningServer.with(Self.server, alongside: work) { server in
            let client = try await TestPhoenixClient.connect(port: server.port)
            try await client.join("room:lobby")
            joined.yield()
            #expect(try await client.expect("announcement", on: "room:lobby").payload == ["reason": "lunch"])
            joined.finish()
            try await client.join("room:other")
        }
    }

    @Test("ends the server when it fails")
    func failure() async throws {
        await #expect(throws: TestingError.self) {
            try await Self.server.run(alongside: { _ in throw TestingError(.unexpected, "no queue") })
        }
    }

    @Test("is cancelled when the server shuts down, which is no failure")
    func shutdown() async throws {
        let (begins, begun) = AsyncStream.makeStream(of: Void.self)
        let work = AttachedWork(endpoint: Endpoint(pubSub: PubSub(), routes: { [] })) { _ in
            begun.yield()
            try await Task.sleep(for: .seconds(3600))
        }
        let group = ServiceGroup(configuration: .init(services: [work], logger: Logger(label: "test")))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            _ = await begins.first { _ in true }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}

import ChannelSocket
import ChannelSocketTesting
import NIOCore
import Testing

@testable import ChannelSocketServer

@Suite("Following the files of a configuration", .timeLimit(.minutes(1)))
struct ConfigurationReloadTests {
    private static func text(_ channels: Int) -> String {
        "reload: {interval: 50ms}\nlimits: {max_channels: \(channels)}\n"
    }

    @Test("leaves the time of the drain what it was, since the log says that it needs a restart")
    func drainWindow() async throws {
        let file = try TemporaryFile(Self.text(1))
        let log = CapturedLog()
        let server = try await StockServer(
            configurationFile: file.path, settings: ["listen.port": "0"], environment: [:], logger: log.logger
        )
        let (endpoints, endpoint) = AsyncStream.makeStream(of: Endpoint.self)
        let work: @Sendable (Endpoint) async throws -> Void = { endpoint.yield($0) }
        try await RunningServer.with(server, alongside: work) { _ in
            let endpoint = try #require(await endpoints.first { _ in true })
            try file.write(Self.text(2) + "drain: {window: 1m}\n")
            let warning = try await log.wait(for: "changes that need a restart")
            #expect(warning.metadata["configuration.changed"] == "drain.window")
            #expect(endpoint.configuration.limits.maxChannels == 2)
            #expect(endpoint.configuration.webSocket.drainWindow == .seconds(5))
        }
    }

    @Test("takes up what is written after a file was read, and before it is in force")
    func writtenMeanwhile() async throws {
        let file = try TemporaryFile(Self.text(1))
        let loaded = try await LoadedConfiguration(from: .init(file: file.path))
        // Nobody follows the file yet.
        try file.write(Self.text(2))
        let (limits, limit) = AsyncStream.makeStream(of: Int.self)
        let reload = await ConfigurationReload(of: loaded, logger: TestTokens.logger) { new in
            // The first time this is while the file is being taken up.
            if new.limits.socket.maxChannels == 2 { try file.write(Self.text(3)) }
            limit.yield(new.limits.socket.maxChannels)
        }
        await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await reload.run() }
            tasks.addTask {
                try await Task.sleep(for: .seconds(20))
                limit.finish()
            }
            var taken = limits.makeAsyncIterator()
            #expect(await taken.next() == 2)
            #expect(await taken.next() == 3)
            tasks.cancelAll()
        }
    }
}

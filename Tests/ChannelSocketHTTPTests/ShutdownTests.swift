import ChannelSocket
import ChannelSocketHTTP
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import ServiceLifecycle
import Testing

@Suite("HTTP in a graceful shutdown", .timeLimit(.minutes(2)))
struct ShutdownTests {
    private static let hello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"

    /// Adds `/large`, which is larger than what the system buffers between two sockets.
    private static func addLarge(_ router: Router<BasicRequestContext>) {
        router.get("/large") { _, _ in String(repeating: "x", count: 32 << 20) + "end" }
    }

    @Test("answers what was asked before, and ends although the client asks on and on")
    func pipelining() async throws {
        let statistics = NodeStatistics()
        try await withServer(statistics: statistics) { port, server in
            try await RawClient.connect(port) { client in
                try await client.send(String(repeating: Self.hello, count: 100))
                _ = try await client.receive(through: "\r\n\r\nhello")
                await server.triggerGracefulShutdown()
                // There are always a hundred that are not answered.
                do {
                    for _ in 0..<20_000 {
                        // Fails when the server has closed, whose answers are still to be read.
                        try? await client.send(Self.hello)
                        _ = try await client.receive(through: "\r\n\r\nhello")
                    }
                    Issue.record("the server goes on")
                } catch let ending as RawClient.EndOfStream {
                    #expect(ending.received == "")
                }
            }
            #expect(statistics[.drainedRequests] == 0)
        }
    }

    @Test("gives a client up that does not read its answer, be it the last", arguments: ["keep-alive", "close"])
    func unread(connection: String) async throws {
        let statistics = NodeStatistics()
        let configuration = MountedHTTPChannel.Configuration(drainTimeout: .milliseconds(100))
        try await withServer(
            configuration: configuration, statistics: statistics, addRoutes: Self.addLarge
        ) { port, server in
            try await RawClient.connect(port) { client in
                try await client.send("GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: \(connection)\r\n\r\n")
                _ = try await client.receive(through: "\r\n\r\n")
                // Time for the server to close its side behind the answer.
                try await RawClient.exchangeMany(port)
                await server.triggerGracefulShutdown()
                try await waitUntil { statistics[.drainedRequests] == 1 }
            }
        }
    }

    @Test("gives a client up that does not read, and counts it once, while a mount decides about its upgrade")
    func unreadWhileDeciding() async throws {
        let gate = Gate()
        let mount = TestMount { _ in
            await gate.wait()
            return .echo()
        }
        let statistics = NodeStatistics()
        let configuration = MountedHTTPChannel.Configuration(drainTimeout: .milliseconds(100))
        try await withServer(
            mounts: [mount], configuration: configuration, statistics: statistics, addRoutes: Self.addLarge
        ) { port, server in
            try await RawClient.connect(port) { client in
                try await client.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n" + upgradeRequest())
                await gate.waitForVisitor()
                await server.triggerGracefulShutdown()
                try await waitUntil { statistics[.drainedRequests] == 1 }
            }
            #expect(statistics[.drainedHandshakes] == 1)
            #expect(statistics[.connectTimeouts] == 0)
        }
    }

    @Test("lets a client read all of its answer")
    func wholeAnswer() async throws {
        let statistics = NodeStatistics()
        let configuration = MountedHTTPChannel.Configuration(drainTimeout: .seconds(60))
        try await withServer(
            configuration: configuration, statistics: statistics, addRoutes: Self.addLarge
        ) { port, server in
            try await RawClient.connect(port) { client in
                try await client.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
                _ = try await client.receive(through: "\r\n\r\n")
                await server.triggerGracefulShutdown()
                let answer = try await client.receiveAll()
                #expect(answer.utf8.count == 32 << 20 + 3)
            }
            #expect(statistics[.drainedRequests] == 0)
        }
    }

    @Test("takes the rest of a request that has begun")
    func upload() async throws {
        let gate = Gate()
        let addRoutes = { (router: Router<BasicRequestContext>) in
            _ = router.post("/upload") { request, _ in
                var count = 0
                for try await part in request.body { count += part.readableBytes }
                return "took \(count)"
            }
            _ = router.get("/slow") { _, _ in
                await gate.wait()
                return "slow"
            }
        }
        try await withServer(addRoutes: addRoutes) { port, server in
            try await RawClient.connect(port) { client in
                try await client.send(
                    "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        + "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx"
                )
                await gate.waitForVisitor()
                await server.triggerGracefulShutdown()
                gate.open()
                _ = try await client.receive(through: "slow")
                try await client.send(String(repeating: "x", count: 99))
                #expect(try await client.receiveAll().hasSuffix("\r\n\r\ntook 100"))
            }
        }
    }

    @Test(
        "answers 503 to a handshake that has begun and counts it, and closes a connection that has sent nothing",
        arguments: [("GET /ws HTTP/1.1\r\nHost:", 1), ("", 0)])
    func begunHandshake(start: String, count: Int) throws {
        let statistics = NodeStatistics()
        let http = MountedHTTPChannel(mounts: [TestMount()], responder: { _, _, _ in }, statistics: statistics)
        let channel = EmbeddedChannel()
        _ = http.setup(channel: channel, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        if !start.isEmpty { try channel.writeInbound(ByteBuffer(string: start)) }
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        var answer = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { answer += String(buffer: bytes) }
        #expect(answer.hasPrefix("HTTP/1.1 503 ") == (count == 1))
        #expect(answer.hasSuffix("shutting down") == (count == 1))
        // An embedded channel knows no half-closure: after an answer it is closed as well.
        if count == 0 { #expect(!channel.isActive) }
        #expect(statistics[.drainedHandshakes] == count)
        _ = try? channel.finish()
    }
}

import ChannelSocket
import ChannelSocketHTTP
import Hummingbird
import NIOCore
import ServiceLifecycle
import Testing

@Suite("Refusals of upgrades", .timeLimit(.minutes(1)))
struct RefusalTests {
    @Test("answers what the mount says and closes")
    func refuses() async throws {
        let mount = TestMount { _ in .refuse(status: 403, body: "") }
        try await withServer(mounts: [mount]) { port, _ in
            let answer = try await RawClient.exchange(port, upgradeRequest())
            #expect(answer == "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            // Frames sent in good hope do not cost the client the answer.
            #expect(try await RawClient.exchange(port, upgradeRequest() + "frames") == answer)
        }
    }

    @Test(
        "names what is wrong with the request, in the words of Plug",
        arguments: [
            (["Connection": "close"], #"'connection' header must contain 'upgrade', got ["close"]"#),
            (["Connection": nil], "'connection' header must contain 'upgrade', got []"),
            (["Connection": "close", "Upgrade": nil], #"'connection' header must contain 'upgrade', got ["close"]"#),
            (["Upgrade": "h2c"], #"'upgrade' header must contain 'websocket', got ["h2c"]"#),
            (["Upgrade": nil], "'upgrade' header must contain 'websocket', got []"),
            (["Sec-WebSocket-Version": "12"], #"'sec-websocket-version' header must equal '13', got ["12"]"#),
            (["Sec-WebSocket-Version": nil], "'sec-websocket-version' header must equal '13', got []"),
            (["Sec-WebSocket-Key": nil], "'sec-websocket-key' header is absent"),
            (["Host": nil], "'host' header is absent"),
        ] as [([String: String?], String)])
    func invalid(changes: [String: String?], text: String) async throws {
        try await withServer { port, _ in
            let answer = try await RawClient.exchange(port, upgradeRequest(changes))
            #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(answer.hasSuffix("\r\n\r\n\(text)"))
        }
    }

    @Test("refuses HTTP/1.0 and a second key")
    func others() async throws {
        let statistics = NodeStatistics()
        try await withServer(statistics: statistics) { port, _ in
            let old = try await RawClient.exchange(port, upgradeRequest(version: "1.0"))
            #expect(old.hasSuffix("\r\n\r\nHTTP version HTTP/1.0 unsupported"))
            let key = "AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Key: BBBBBBBBBBBBBBBBBBBBBB=="
            let twice = try await RawClient.exchange(port, upgradeRequest(["Sec-WebSocket-Key": key]))
            #expect(twice.hasSuffix("\r\n\r\n'sec-websocket-key' header must be given once"))
            #expect(statistics[.malformedRequests] == 2)
        }
    }

    @Test("closes a WebSocket whose client closes its side")
    func halfClosedWebSocket() async throws {
        try await withServer { port, _ in
            try await RawClient.connect(port) { client in
                try await client.send(upgradeRequest())
                _ = try await client.receive(through: "\r\n\r\n")
                client.closeOutput()
                #expect(try await client.receiveAll() == "")
            }
        }
    }

    @Test("refuses requests that are too large or no HTTP")
    func malformed() async throws {
        let headers = String(repeating: "X-Filler: \(String(repeating: "x", count: 1000))\r\n", count: 500)
        let statistics = NodeStatistics()
        try await withServer(statistics: statistics) { port, _ in
            let large = try await RawClient.exchange(port, "GET /hello HTTP/1.1\r\n\(headers)\r\n")
            #expect(large.hasPrefix("HTTP/1.1 431 "))
            #expect(large.hasSuffix("\r\n\r\nrequest head too large"))
            let path = String(repeating: "x", count: 200_000)
            let long = try await RawClient.exchange(port, "GET /\(path) HTTP/1.1\r\n\r\n")
            #expect(long.hasPrefix("HTTP/1.1 4"))
            #expect(try await RawClient.exchange(port, "\u{16}\u{3}\u{1}\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
            #expect(try await RawClient.exchange(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
            #expect(try await RawClient.exchange(port, "GET / HTTP/2.0\r\n\r\n").hasPrefix("HTTP/1.1 505 "))
            let blank = String(repeating: " ", count: 200_000)
            #expect(try await RawClient.exchange(port, "GET / HTTP/1.1\r\nX:\(blank)").hasPrefix("HTTP/1.1 431 "))
            #expect(statistics[.malformedRequests] == 6)
        }
    }

    @Test("closes connections that do not finish their request in time", arguments: ["", "GET /ws HTTP/1.1\r\nHost:"])
    func slow(start: String) async throws {
        let statistics = NodeStatistics()
        let configuration = MountedHTTPChannel.Configuration(handshakeTimeout: .milliseconds(100))
        try await withServer(configuration: configuration, statistics: statistics) { port, _ in
            let answer = try await RawClient.exchange(port, start)
            #expect(answer == "")
            #expect(statistics[.handshakeTimeouts] == 1)
        }
    }

    @Test("answers 503 when a mount does not decide in time, whatever it says later")
    func hangingDecision() async throws {
        let gate = Gate()
        let mount = TestMount { _ in
            await gate.wait()
            return .echo()
        }
        let statistics = NodeStatistics()
        let configuration = MountedHTTPChannel.Configuration(decisionTimeout: .milliseconds(100))
        try await withServer(mounts: [mount], configuration: configuration, statistics: statistics) { port, _ in
            try await RawClient.connect(port) { client in
                try await client.send(upgradeRequest())
                let answer = try await client.receive(through: "connect timeout")
                gate.open()
                #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
                #expect(answer.contains("\r\nretry-after: 5\r\n"))
                #expect(try await client.receiveAll() == "")
            }
            #expect(statistics[.connectTimeouts] == 1)
        }
    }

    @Test("answers 503 to who waits for a decision when the server ends")
    func shutDown() async throws {
        let gate = Gate()
        let mount = TestMount { _ in
            await gate.wait()
            return .echo()
        }
        let statistics = NodeStatistics()
        try await withServer(mounts: [mount], statistics: statistics) { port, server in
            try await RawClient.connect(port) { client in
                try await client.send(upgradeRequest())
                await gate.waitForVisitor()
                await server.triggerGracefulShutdown()
                let answer = try await client.receiveAll()
                gate.open()
                #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
                #expect(answer.hasSuffix("shutting down"))
            }
            #expect(statistics[.drainedHandshakes] == 1)
        }
    }

    @Test("counts what a connect callback says only while somebody waits for it", arguments: [false, true])
    func cancelledDecision(isThrowing: Bool) async {
        let gate = Gate()
        let pubSub = PubSub()
        let connect: Endpoint.Connect = { _ in
            await gate.wait()
            if isThrowing { throw CancellationError() }
            return .refuse
        }
        let endpoint = Endpoint(pubSub: pubSub, connect: connect) {}
        let request = UpgradeRequest(path: "/socket/websocket", query: "vsn=2.0.0", headers: [], peer: nil)
        let decision = Task { await endpoint.decide(request) }
        await gate.waitForVisitor()
        decision.cancel()
        _ = await decision.value
        #expect(pubSub.statistics[.refusedConnections] == 0)
        gate.open()
        _ = await endpoint.decide(request)
        #expect(pubSub.statistics[.refusedConnections] == 1)
    }

    @Test("gives a refused client up that does not read the answers before")
    func unread() async throws {
        let mount = TestMount { _ in .refuse(status: 403, body: "no") }
        let statistics = NodeStatistics()
        let configuration = MountedHTTPChannel.Configuration(
            http1: MountedHTTPChannel.Configuration.http1(idleTimeout: .milliseconds(200))
        )
        // Larger than what the system buffers between two sockets.
        let addLarge = { (router: Router<BasicRequestContext>) in
            _ = router.get("/large") { _, _ in String(repeating: "x", count: 32 << 20) }
        }
        try await withServer(
            mounts: [mount], configuration: configuration, statistics: statistics, addRoutes: addLarge
        ) { port, _ in
            try await RawClient.connect(port) { client in
                try await client.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n" + upgradeRequest())
                try await waitUntil { statistics[.unreadAnswers] == 1 }
            }
        }
    }

    @Test("gives the mount time of its own, beside that of the handshake")
    func slowDecision() async throws {
        let gate = Gate()
        let mount = TestMount { _ in
            await gate.wait()
            return .refuse(status: 403, body: "")
        }
        let statistics = NodeStatistics()
        try await withServer(
            mounts: [mount], configuration: .init(handshakeTimeout: .seconds(1)), statistics: statistics
        ) { port, _ in
            try await RawClient.connect(port) { client in
                try await client.send(upgradeRequest())
                await gate.waitForVisitor()
                // One that begins later has run out of that time.
                #expect(try await RawClient.exchange(port, "") == "")
                #expect(statistics[.handshakeTimeouts] == 1)
                gate.open()
                #expect(try await client.receiveAll().hasPrefix("HTTP/1.1 403 "))
            }
        }
    }
}

import ChannelSocket
import ChannelSocketHTTP
import Hummingbird
import NIOCore
import Synchronization
import Testing

@Suite("HTTP beside the mounts", .timeLimit(.minutes(1)))
struct ApplicationTests {
    @Test("serves the application's routes on one connection")
    func keepAlive() async throws {
        try await withServer { port, _ in
            try await RawClient.connect(port) { client in
                for _ in 0..<3 {
                    try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    #expect(try await client.receive(through: "\r\n\r\nhello").hasPrefix("HTTP/1.1 200 OK\r\n"))
                }
            }
        }
    }

    @Test("serves requests sent all at once")
    func pipelined() async throws {
        try await withServer { port, _ in
            let request = "GET /hello HTTP/1.1\r\nHost: localhost\r\n"
            let all = "\(request)\r\n\(request)\r\n\(request)Connection: close\r\n\r\n"
            let answer = try await RawClient.exchange(port, all)
            #expect(answer.ranges(of: "\r\n\r\nhello").count == 3)
        }
    }

    @Test("serves a newcomer before clients that sent many requests at once are done")
    func fairness() async throws {
        let (clients, requests) = (20, 100)
        let served = Atomic(0)
        let addWork = { (router: Router<BasicRequestContext>) in
            _ = router.get("/work") { _, _ in
                let end = ContinuousClock.now + .milliseconds(1)
                while ContinuousClock.now < end {}
                return "\(served.wrappingAdd(1, ordering: .relaxed).newValue)"
            }
        }
        try await withServer(addRoutes: addWork) { port, _ in
            try await withThrowingTaskGroup(of: Void.self) { flood in
                let (floods, begun) = AsyncStream.makeStream(of: Void.self)
                for _ in 0..<clients {
                    flood.addTask {
                        try await RawClient.connect(port) { client in
                            let request = "GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            try await client.send(String(repeating: request, count: requests))
                            _ = try await client.receive(through: "\r\n\r\n")
                            begun.yield()
                            for _ in 1..<requests { _ = try await client.receive(through: "\r\n\r\n") }
                        }
                    }
                }
                _ = await floods.first { true }
                let answer = try await RawClient.exchange(
                    port, "GET /work HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                let place = try #require(answer.split(separator: "\r\n").last.flatMap { Int($0) })
                #expect(place < clients * requests / 2)
                try await flood.waitForAll()
            }
        }
    }

    @Test("serves a client that has closed its side")
    func halfClosed() async throws {
        try await withServer { port, _ in
            try await RawClient.connect(port) { client in
                try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                client.closeOutput()
                #expect(try await client.receiveAll().hasSuffix("\r\n\r\nhello"))
            }
        }
    }

    @Test(
        "leaves everything but a GET for a mount's path to the router",
        arguments: [
            ("GET /ws/longpoll", "404"), ("GET /nothing", "404"), ("POST /ws", "200"), ("GET /wss", "404"),
        ])
    func router(request: String, status: String) async throws {
        try await withServer { port, _ in
            let answer = try await RawClient.exchange(
                port, "\(request) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test(
        "answers a request behind which another protocol may follow as the last of its connection",
        arguments: [
            "GET /hello HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
            "GET /hello HTTP/1.1\r\nUpgrade: h2c\r\n",
            "POST /ws HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 0\r\n",
            "CONNECT localhost:80 HTTP/1.1\r\n",
        ])
    func lastRequest(request: String) async throws {
        try await withServer { port, _ in
            let hello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let answers = try await RawClient.exchange(port, hello + request + "Host: localhost\r\n\r\n" + hello)
            let close = answers.split(separator: "HTTP/1.1 ").map { $0.lowercased().contains("connection: close\r\n") }
            #expect(close == [false, true])
            #expect(try await RawClient.exchange(port, request + "Host: localhost\r\n\r\n").hasPrefix("HTTP/1.1 "))
        }
    }

    @Test("reads nothing behind such a request, however much the client sends")
    func floodBehindLastRequest() async throws {
        let gate = Gate()
        let addSlow = { (router: Router<BasicRequestContext>) in
            _ = router.get("/slow") { _, _ in
                await gate.wait()
                return "slow"
            }
        }
        try await withServer(addRoutes: addSlow) { port, _ in
            try await RawClient.connect(port) { client in
                try await client.send(
                    "GET /slow HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")
                await gate.waitForVisitor()
                let written = try await client.flood(port)
                #expect(!written.isDone)
                gate.open()
                _ = try await client.receive(through: "\r\n\r\nslow")
            }
        }
    }

    @Test("upgrades behind answers that it still owes")
    func pipelinedUpgrade() async throws {
        try await withServer { port, _ in
            try await RawClient.connect(port) { client in
                let hello = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
                try await client.send(hello + hello + upgradeRequest() + "first")
                let answers = try await client.receive(through: "\r\n\r\nfirst")
                #expect(answers.ranges(of: "\r\n\r\nhello").count == 2)
                #expect(answers.ranges(of: "HTTP/1.1 ").count == 3)
                #expect(answers.contains("helloHTTP/1.1 101 Switching Protocols\r\n"))
                try await client.send("second")
                _ = try await client.receive(through: "second")
            }
        }
    }

    @Test("lets the WebSocket that follows other requests alone")
    func bypass() async throws {
        let statistics = NodeStatistics()
        try await withServer(statistics: statistics) { port, _ in
            try await RawClient.connect(port) { client in
                try await client.get(2)
                try await client.upgrade()
                try await client.send("pipeline?")
                let handlers = try await client.receive(through: "\n")
                // The handler that ends idle HTTP connections is one of them.
                for name in ["HTTP1ToHTTP", "HTTPConnectionState", "HTTPResponseEncoder", "Upgrade", "ByteToMessage"] {
                    #expect(!handlers.contains(name))
                }
                let large = String(repeating: "x", count: 1_000_000) + "end"
                try await client.send(large)
                #expect(try await client.receive(through: "end") == large)
            }
        }
        #expect(statistics[.malformedRequests] == 0)
    }

    @Test(
        "refuses an upgrade after other requests as it does the first",
        arguments: [("HTTP/1.1 403", [:] as [String: String?]), ("HTTP/1.1 400", ["Upgrade": nil])])
    func lateRefusal(status: String, changes: [String: String?]) async throws {
        let mount = TestMount { _ in .refuse(status: 403, body: "no") }
        try await withServer(mounts: [mount]) { port, _ in
            let answer = try await RawClient.connect(port) { client in
                try await client.get(2)
                try await client.send(upgradeRequest(changes))
                return try await client.receiveAll()
            }
            #expect(answer.hasPrefix(status))
            #expect(answer.lowercased().contains("connection: close\r\n"))
        }
    }

    @Test(
        "refuses what comes behind a request for a mount only when the application has answered what came before",
        arguments: [
            ("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n", "the request is not an upgrade"),
            ("not HTTP\r\n\r\n", "not an HTTP request"),
        ])
    func orderOfRefusals(next: String, reason: String) async throws {
        let gate = Gate()
        let statistics = NodeStatistics()
        let addSlow = { (router: Router<BasicRequestContext>) in
            _ = router.get("/slow") { _, _ in
                await gate.wait()
                return "slow"
            }
        }
        try await withServer(statistics: statistics, addRoutes: addSlow) { port, _ in
            try await RawClient.connect(port) { client in
                let (slow, plain) = ("GET /slow", "GET /ws")
                let end = " HTTP/1.1\r\nHost: localhost\r\n\r\n"
                try await client.send(slow + end + plain + end + next)
                await gate.waitForVisitor()
                gate.open()
                let answers = try await client.receiveAll()
                #expect(answers.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(answers.contains("\r\n\r\nslowHTTP/1.1 400 Bad Request\r\n"))
                #expect(answers.hasSuffix("\r\n\r\n\(reason)"))
            }
            #expect(statistics[.malformedRequests] == 1)
        }
    }

    @Test("counts a head that is too large when it is not the first on its connection")
    func lateLargeHead() async throws {
        let statistics = NodeStatistics()
        try await withServer(statistics: statistics) { port, _ in
            try await RawClient.connect(port) { client in
                try await client.get(1)
                let filler = String(repeating: "x", count: 20_000)
                try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\nX: \(filler)\r\n\r\n")
                #expect(try await client.receiveAll().hasPrefix("HTTP/1.1 400 "))
            }
            #expect(statistics[.malformedRequests] == 1)
            // One that goes away is not refused.
            try await RawClient.connect(port) { client in
                try await client.get(1)
                try await client.send("GET /hello HTTP/1.1\r\nHost:")
                client.closeOutput()
                _ = try await client.receiveAll()
            }
            #expect(statistics[.malformedRequests] == 1)
        }
    }

    @Test(
        "closes and counts a connection whose client asks for nothing more, or does not end its request",
        arguments: ["", "POST /ws HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nx"])
    func idle(begun: String) async throws {
        let statistics = NodeStatistics()
        let gate = Gate()
        let configuration = MountedHTTPChannel.Configuration(
            http1: MountedHTTPChannel.Configuration.http1(idleTimeout: .milliseconds(200))
        )
        let addSlow = { (router: Router<BasicRequestContext>) in
            _ = router.get("/slow") { _, _ in
                await gate.wait()
                return "slow"
            }
            _ = router.post("/ws/body") { request, _ in
                var count = 0
                for try await part in request.body { count += part.readableBytes }
                return "\(count)"
            }
        }
        try await withServer(configuration: configuration, statistics: statistics, addRoutes: addSlow) { port, _ in
            try await RawClient.connect(port) { served in
                try await served.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
                await gate.waitForVisitor()
                try await RawClient.connect(port) { client in
                    try await client.get(2)
                    try await client.send(begun.replacing("/ws", with: "/ws/body"))
                    #expect(try await client.receiveAll() == "")
                }
                #expect(statistics[.idleHTTPConnections] == 1)
                // It waits for the server for longer than that.
                gate.open()
                _ = try await served.receive(through: "\r\n\r\nslow")
                #expect(try await served.receiveAll() == "")
            }
            #expect(statistics[.idleHTTPConnections] == 2)
        }
    }

    @Test("says that the port is in use")
    func portInUse() async throws {
        try await withServer { port, _ in
            let error = await #expect(throws: IOError.self) {
                try await withServer(port: port) { _, _ in }
            }
            #expect(error?.description.contains("Address already in use") == true)
        }
    }
}

import ChannelSocket
import ChannelSocketHTTP
import NIOCore
import ServiceLifecycle
import Testing

@Suite("Upgrade", .timeLimit(.minutes(1)))
struct UpgradeTests {
    @Test("answers 101 with the accept key of RFC 6455 §1.3 and the mount's header fields", arguments: [0, 2])
    func accepts(afterRequests hellos: Int) async throws {
        let mount = TestMount { _ in .echo(headers: [("sec-websocket-protocol", "phoenix")]) }
        try await withServer(mounts: [mount]) { port, _ in
            try await RawClient.connect(port) { client in
                try await client.get(hellos)
                try await client.send(upgradeRequest())
                let head = try await client.receive(through: "\r\n\r\n")
                let lines = Set(head.split(separator: "\r\n"))
                let expected: Set<Substring> = [
                    "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: upgrade",
                    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "sec-websocket-protocol: phoenix",
                ]
                #expect(lines == expected)
                try await client.send("hello")
                #expect(try await client.receive(through: "hello") == "hello")
            }
        }
    }

    @Test("hands the mount the path, the raw query, the header fields and the peer")
    func request() async throws {
        let (requests, continuation) = AsyncStream.makeStream(of: UpgradeRequest.self)
        let mount = TestMount { request in
            continuation.yield(request)
            return .refuse(status: 403, body: "")
        }
        try await withServer(mounts: [mount]) { port, _ in
            _ = try await RawClient.exchange(port, upgradeRequest(["X-One": "1"], path: "/ws?a=%20&b[c]=?"))
        }
        let request = try #require(await requests.first { _ in true })
        #expect(request.path == "/ws")
        #expect(request.query == "a=%20&b[c]=?")
        #expect(request.values(of: "x-one") == ["1"])
        #expect(request.peer?.ipAddress == "127.0.0.1")
    }

    @Test("leaves nothing of HTTP behind, and no delay")
    func pipeline() async throws {
        try await withServer { port, _ in
            try await RawClient.connect(port) { client in
                try await client.send(upgradeRequest())
                _ = try await client.receive(through: "\r\n\r\n")
                try await client.send("nodelay?")
                #expect(try await client.receive(through: "1") == "1")
                try await client.send("pipeline?")
                let handlers = try await client.receive(through: "\n")
                #expect(handlers.contains("RawEcho"))
                for name in ["HTTP", "Upgrade", "ByteToMessage", "Async"] {
                    #expect(!handlers.contains(name))
                }
            }
        }
    }

    @Test("loses nothing that comes right behind the handshake", arguments: [0, 2])
    func bytesBehind(afterRequests hellos: Int) async throws {
        try await withServer { port, _ in
            try await RawClient.connect(port) { client in
                try await client.get(hellos)
                try await client.send(upgradeRequest() + "first")
                try await client.send("second")
                _ = try await client.receive(through: "\r\n\r\n")
                #expect(try await client.receive(through: "firstsecond") == "firstsecond")
            }
        }
    }

    @Test("keeps what comes while the mount decides", arguments: [0, 2])
    func bytesWhileDeciding(afterRequests hellos: Int) async throws {
        let gate = Gate()
        let mount = TestMount { _ in
            await gate.wait()
            return .echo()
        }
        try await withServer(mounts: [mount]) { port, _ in
            try await RawClient.connect(port) { client in
                try await client.get(hellos)
                try await client.send(upgradeRequest() + "first")
                await gate.waitForVisitor()
                let large = String(repeating: "x", count: 200_000)
                try await client.send(large + "end")
                gate.open()
                _ = try await client.receive(through: "\r\n\r\n")
                let echo = try await client.receive(through: "end")
                #expect(echo == "first" + large + "end")
            }
        }
    }

    @Test("reads nothing while the mount decides, however much the client sends", arguments: [0, 2])
    func noReadsWhileDeciding(afterRequests hellos: Int) async throws {
        let gate = Gate()
        let mount = TestMount { _ in
            await gate.wait()
            return .echo()
        }
        try await withServer(mounts: [mount]) { port, _ in
            try await RawClient.connect(port) { client in
                try await client.get(hellos)
                try await client.send(upgradeRequest())
                await gate.waitForVisitor()
                let written = try await client.flood(port)
                #expect(!written.isDone)
                gate.open()
                _ = try await client.receive(through: "\r\n\r\n")
            }
        }
    }

    @Test("cancels the decision when the client goes away", arguments: [0, 2])
    func clientGone(afterRequests hellos: Int) async throws {
        let gate = Gate()
        let (cancellations, continuation) = AsyncStream.makeStream(of: Void.self)
        let mount = TestMount { _ in
            await withTaskCancellationHandler {
                await gate.wait()
            } onCancel: {
                continuation.yield()
                gate.open()
            }
            return .echo()
        }
        try await withServer(mounts: [mount]) { port, _ in
            try await RawClient.connect(port) { client in
                try await client.get(hellos)
                try await client.send(upgradeRequest())
                await gate.waitForVisitor()
            }
            _ = await cancellations.first { true }
        }
    }

    @Test("says goodbye to WebSockets in a graceful shutdown, and waits until they are closed", arguments: [0, 2])
    func gracefulShutdown(afterRequests hellos: Int) async throws {
        let trace = Trace()
        try await withServer(trace: trace) { port, server in
            try await RawClient.connect(port) { client in
                try await client.get(hellos)
                try await client.send(upgradeRequest())
                _ = try await client.receive(through: "\r\n\r\n")
                await server.triggerGracefulShutdown()
                #expect(try await client.receive(through: "bye") == "bye")
                // Time for the server to end, if it did not wait.
                for _ in 0..<100 {
                    try await client.send("still there?")
                    _ = try await client.receive(through: "still there?")
                }
                trace.add("client closes")
            }
        }
        #expect(trace.entries == ["client closes", "server ended"])
    }
}

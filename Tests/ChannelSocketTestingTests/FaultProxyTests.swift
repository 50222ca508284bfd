import ChannelSocketTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct FaultProxyTests {
    private let server: ScriptedServer
    private let proxy: FaultProxy

    init() async throws {
        server = try await ScriptedServer.startEcho()
        proxy = try await FaultProxy.start(to: .tcp(host: "127.0.0.1", port: server.port))
    }

    @Test("forwards both ways while there is no fault, and passes on the end")
    func forwards() async throws {
        var connection: TestConnection? = try await TestConnection.connect(port: proxy.port)
        try await connection?.send("hello")
        #expect(await connection?.receive(5) == "hello")
        #expect(proxy.connections == 1)
        connection = nil
        try await proxy.waitForConnections(0)
    }

    @Test("loses what a client that resets its connection had on its way, and delivers what one that closes had")
    func onTheWay() async throws {
        let arrived = Mutex("")
        let sink = try await ScriptedServer.start { text in
            arrived.withLock { $0 += text }
            return []
        }
        let proxy = try await FaultProxy.start(to: .tcp(host: "127.0.0.1", port: sink.port))
        for text in ["reset", "close"] {
            let connection = try await TestConnection.connect(port: proxy.port)
            try await proxy.waitForConnections(1)
            await proxy.setLatency(.milliseconds(300))
            try await connection.send(text)
            try await text == "reset" ? connection.reset() : connection.close()
            try await proxy.waitForConnections(0)
            await proxy.setLatency(.zero)
        }
        // The proxy has sent it; the sink may not have read it yet.
        let deadline = ContinuousClock.now + .seconds(30)
        while arrived.withLock({ $0.isEmpty }), ContinuousClock.now < deadline { await Task.yield() }
        #expect(arrived.withLock { $0 } == "close")
    }

    @Test("forwards new connections elsewhere after a redirection, and leaves the others")
    func redirects() async throws {
        let before = try await TestConnection.connect(port: proxy.port)
        try await before.send("a")
        #expect(await before.receive(1) == "a")
        let other = try await ScriptedServer.start { _ in Array("other".utf8) }
        await proxy.redirect(to: .tcp(host: "127.0.0.1", port: other.port))
        let after = try await TestConnection.connect(port: proxy.port)
        try await after.send("b")
        #expect(await after.receive(5) == "other")
        try await before.send("c")
        #expect(await before.receive(1) == "c")
    }

    @Test("has what passes changed by a filter of each connection's own")
    func filters() async throws {
        struct Doubling: FaultProxyFilter {
            var passes = 0
            mutating func pass(_ bytes: [UInt8]) -> [UInt8] {
                passes += 1
                return passes == 1 ? bytes + bytes : []
            }
        }
        await proxy.setFilter(.toClient) { Doubling() }
        for _ in 0..<2 {
            let connection = try await TestConnection.connect(port: proxy.port)
            try await connection.send("x")
            #expect(await connection.receive(2) == "xx")
        }
    }

    @Test("holds bytes while paused")
    func pause() async throws {
        let server = try await ScriptedServer.startWebSocket(sending: [0x8A, 1, 1], then: [0x8A, 1, 2])
        let proxy = try await FaultProxy.start(to: .tcp(host: "127.0.0.1", port: server.port))
        let socket = try await TestWebSocket.connect(port: proxy.port, to: TestHandshake(path: "/"))
        #expect(try await socket.receive() == .pong([1]))
        for directions in [[.toUpstream], [.toClient], FaultProxy.Direction.allCases] {
            await proxy.pause(directions)
            try await socket.send(text: "x")
            await #expect(throws: TestingError.self) { try await socket.receive(within: .milliseconds(30)) }
            await proxy.resume()
            #expect(try await socket.receive() == .pong([2]))
        }
    }

    @Test("keeps the order of what it holds")
    func order() async throws {
        let connection = try await TestConnection.connect(port: proxy.port)
        try await proxy.waitForConnections(1)
        await proxy.pause()
        for digit in 0..<10 { try await connection.send("\(digit)") }
        await proxy.resume()
        #expect(await connection.receive(10) == "0123456789")
    }

    @Test("delays bytes by the latency")
    func latency() async throws {
        let connection = try await TestConnection.connect(port: proxy.port)
        await proxy.setLatency(.milliseconds(60), [.toUpstream])
        let start = ContinuousClock.now
        try await connection.send("x")
        #expect(await connection.receive(1) == "x")
        #expect(ContinuousClock.now - start >= .milliseconds(60))
    }

    @Test("resets and closes connections")
    func ends() async throws {
        for (ending, expected) in [(FaultProxy.Ending.reset, "<reset>"), (.close, "")] {
            let connection = try await TestConnection.connect(port: proxy.port)
            try await connection.send("x")
            #expect(await connection.receive(1) == "x")
            await proxy.endConnections(ending)
            #expect(await connection.receive(100) == expected)
            try await proxy.waitForConnections(0)
        }
    }

    @Test("cuts after exactly so many bytes")
    func cut() async throws {
        let connection = try await TestConnection.connect(port: proxy.port)
        try await proxy.waitForConnections(1)
        await proxy.cut(after: 3, .toClient, .close)
        try await connection.send("abcdef")
        #expect(await connection.receive(100) == "abc")
    }

    @Test("slips in garbage")
    func inject() async throws {
        let connection = try await TestConnection.connect(port: proxy.port)
        try await proxy.waitForConnections(1)
        await proxy.inject(Array("garbage".utf8), .toClient)
        #expect(await connection.receive(7) == "garbage")
    }

    @Test("refuses connections and takes them again on the same port")
    func refuses() async throws {
        await proxy.refuseConnections()
        await #expect(throws: (any Error).self) { try await TestConnection.connect(port: proxy.port) }
        try await proxy.acceptConnections()
        let connection = try await TestConnection.connect(port: proxy.port)
        try await connection.send("x")
        #expect(await connection.receive(1) == "x")
    }
}

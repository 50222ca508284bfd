import ChannelSocketTesting
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

    @Test("holds bytes while paused and lets them go in order")
    func pause() async throws {
        let connection = try await TestConnection.connect(port: proxy.port)
        try await proxy.waitForConnections(1)
        try await proxy.pause([.toClient])
        try await connection.send("a")
        try await connection.send("b")
        let other = try await TestConnection.connect(port: proxy.port)
        try await other.send("c")
        try await proxy.waitForConnections(2)
        let first = Task { await connection.receive(2) }
        try await proxy.inject(Array("!".utf8), .toUpstream)
        try await proxy.resume()
        let text = await first.value
        #expect(text.hasPrefix("ab") || text.hasPrefix("a!"))
        #expect(await other.receive(1).contains("c") == true)
    }

    @Test("delays bytes by the latency")
    func latency() async throws {
        let connection = try await TestConnection.connect(port: proxy.port)
        try await proxy.setLatency(.milliseconds(60), [.toUpstream])
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
            try await proxy.endConnections(ending)
            #expect(await connection.receive(100) == expected)
            try await proxy.waitForConnections(0)
        }
    }

    @Test("cuts after exactly so many bytes")
    func cut() async throws {
        let connection = try await TestConnection.connect(port: proxy.port)
        try await proxy.waitForConnections(1)
        try await proxy.cut(after: 3, .toClient, .close)
        try await connection.send("abcdef")
        #expect(await connection.receive(100) == "abc")
    }

    @Test("slips in garbage")
    func inject() async throws {
        let connection = try await TestConnection.connect(port: proxy.port)
        try await proxy.waitForConnections(1)
        try await proxy.inject(Array("garbage".utf8), .toClient)
        #expect(await connection.receive(7) == "garbage")
    }

    @Test("refuses connections and takes them again on the same port")
    func refuses() async throws {
        try await proxy.refuseConnections()
        await #expect(throws: (any Error).self) { try await TestConnection.connect(port: proxy.port) }
        try await proxy.acceptConnections()
        let connection = try await TestConnection.connect(port: proxy.port)
        try await connection.send("x")
        #expect(await connection.receive(1) == "x")
    }
}

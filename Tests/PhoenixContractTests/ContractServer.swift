import ChannelSocketTesting
import Testing

/// A running `phoenix-contract`.
struct ContractServer: Sendable {
    let process: ChildProcess
    let port: Int

    /// The server of the suite that runs.
    @TaskLocal static var current: ContractServer?

    /// Starts a server on a free port.
    static func start(arguments: [String] = []) async throws -> ContractServer {
        let process = try ChildProcess(product: "phoenix-contract", arguments: ["--port", "0"] + arguments)
        return ContractServer(process: process, port: try await process.waitForPort())
    }
}

extension ContractServer {
    /// Waits until Redis is connected and presence has its lease.
    func waitForRedis() async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            let client = try await TestPhoenixClient.connect(port: port)
            let reply = try await client.tryJoin("presence:ready", ["user_id": "ready"])
            guard reply.status == "ok" else { continue }
            // Presence needs a lease as well.
            _ = try await client.expect("presence_diff", on: "presence:ready")
            return
        }
    }
}

/// Starts one contract server for all tests of a suite, and stops it afterwards.
struct ContractServerTrait: SuiteTrait, TestScoping {
    /// Whether the server is one of several nodes, on a Redis of its own.
    var usesRedis = false

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        guard usesRedis else { return try await perform(function, arguments: []) }
        try await RedisServer.withServer { redis in
            try await perform(function, arguments: ["--redis", redis.url])
        }
    }

    private func perform(_ function: @Sendable () async throws -> Void, arguments: [String]) async throws {
        let server = try await ContractServer.start(arguments: arguments)
        if usesRedis { try await server.waitForRedis() }
        try await ContractServer.$current.withValue(server) { try await function() }
        #expect(try await server.process.stop() == .exited(0), "SIGTERM ends the server in order")
    }
}

extension Trait where Self == ContractServerTrait {
    /// One contract server for the whole suite, as ``ContractServer/current``.
    static var contractServer: Self { Self() }

    /// One contract server with Redis for the whole suite, as ``ContractServer/current``.
    static var contractServerWithRedis: Self { Self(usesRedis: true) }
}

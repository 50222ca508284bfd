import Foundation
import Synchronization

/// A real `redis-server` for tests: a child process with its own temporary directory that ends with the test process.
///
/// ```swift
/// try await RedisServer.withServer { redis in
///     let adapter = try RedisAdapter(url: redis.url)
///     ...
///     try await redis.restart()
/// }
/// ```
///
/// Listens on a free port of the loopback interface, or on a Unix domain socket; keeps nothing on disk. Needs the
/// programs `redis-server` and `redis-cli`.
public final class RedisServer: Sendable {
    /// Where a server listens.
    public enum Listening: Hashable, Sendable {
        /// A free port of 127.0.0.1.
        case tcp
        /// A Unix domain socket in the temporary directory.
        case unixSocket
    }

    /// The port, 0 if the server listens on a Unix domain socket.
    public let port: Int
    /// The path of the Unix domain socket, nil if the server listens on a port.
    public let socketPath: String?
    /// The password, if the server wants one.
    public let password: String?

    private let name: String
    private let directory: String
    private let arguments: [String]
    private let process = Mutex<ChildProcess?>(nil)

    private init(listening: Listening, password: String?, arguments: [String]) throws {
        name = "cs-redis-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        // Short, since the path of a Unix domain socket must be.
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        self.password = password
        switch listening {
        case .tcp:
            // Below the ports that the system gives to others, so that nobody takes it while the server is down.
            port = Int.random(in: 10_000..<20_000)
            socketPath = nil
        case .unixSocket:
            port = 0
            socketPath = directory + "/redis.sock"
        }
        var all = [
            "--port", String(port), "--bind", "127.0.0.1", "--dir", directory, "--save", "", "--appendonly", "no",
        ]
        all += ["--logfile", directory + "/redis.log", "--databases", "16", "--daemonize", "no"]
        if let socketPath { all += ["--unixsocket", socketPath] }
        if let password { all += ["--requirepass", password] }
        self.arguments = all + arguments
    }

    deinit {
        process.withLock { $0?.send(signal: SIGKILL) }
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Starts a server and waits until it answers.
    ///
    /// - Parameters:
    ///   - listening: where it listens.
    ///   - password: the password it wants (`requirepass`), nil for none.
    ///   - arguments: further command line arguments, such as `["--maxclients", "10"]`.
    /// - Returns: the running server; call ``stop()`` in the end, or use ``withServer(listening:password:arguments:_:)``.
    /// - Throws: ``RedisServerError`` if a program is missing or the server does not come up.
    public static func start(
        listening: Listening = .tcp, password: String? = nil, arguments: [String] = []
    ) async throws -> RedisServer {
        for _ in 0..<10 {
            let server = try RedisServer(listening: listening, password: password, arguments: arguments)
            do {
                try await server.start()
                return server
            } catch let error as RedisServerError where error.message.contains("Address already in use") {
                continue
            }
        }
        throw RedisServerError("redis-server found no free port in ten attempts")
    }

    /// Runs a closure with a server and stops the server afterwards.
    ///
    /// - Parameters:
    ///   - listening: where it listens.
    ///   - password: the password it wants, nil for none.
    ///   - arguments: further command line arguments.
    ///   - body: what to do with it.
    /// - Returns: what the closure returned.
    /// - Throws: ``RedisServerError``, and what the closure throws.
    public static func withServer<Result>(
        listening: Listening = .tcp,
        password: String? = nil,
        arguments: [String] = [],
        _ body: (RedisServer) async throws -> Result
    ) async throws -> Result {
        let server = try await start(listening: listening, password: password, arguments: arguments)
        do {
            let result = try await body(server)
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
    }

    /// The URL to give to clients, with the password if there is one.
    public var url: String {
        let userInfo =
            password.map { ":\($0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? $0)@" } ?? ""
        return socketPath.map { "unix://\(userInfo)\($0)" } ?? "redis://\(userInfo)127.0.0.1:\(port)"
    }

    /// Whether the process runs.
    public var isRunning: Bool { process.withLock { $0?.isRunning ?? false } }

    /// Starts the server again after ``stop()`` or ``kill()``, at the same address, without its data.
    ///
    /// - Throws: ``RedisServerError`` if it does not come up.
    public func start() async throws {
        guard !isRunning else { return }
        let child = try ChildProcess(executable: try Self.find("redis-server"), arguments: arguments)
        process.withLock { $0 = child }
        let deadline = ContinuousClock.now + .seconds(15)
        while ContinuousClock.now < deadline, child.isRunning {
            // Its directory tells it from the server of another test that has the port.
            if try await command("CONFIG", "GET", "dir").contains(name) { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        let log = (try? String(contentsOfFile: directory + "/redis.log", encoding: .utf8)) ?? ""
        await stop()
        throw RedisServerError("redis-server did not come up: \(log.suffix(500))")
    }

    /// Ends the server in an orderly way and waits for its end.
    public func stop() async {
        await end(SIGTERM)
    }

    /// Ends the server at once, as a crash would, and waits for its end.
    public func kill() async {
        await end(SIGKILL)
    }

    /// Ends the server, if it runs, and starts it again at the same address.
    ///
    /// - Throws: ``RedisServerError`` if it does not come up.
    public func restart() async throws {
        await stop()
        try await start()
    }

    /// Freezes the process: connections stay open and nobody answers.
    public func pause() {
        process.withLock { $0?.send(signal: SIGSTOP) }
    }

    /// Continues after ``pause()``.
    public func resume() {
        process.withLock { $0?.send(signal: SIGCONT) }
    }

    /// Runs a command with `redis-cli`.
    ///
    /// - Parameter arguments: the command's name and its arguments.
    /// - Returns: what `redis-cli` printed, without the last line break.
    /// - Throws: ``RedisServerError`` if `redis-cli` is missing.
    @discardableResult
    public func command(_ arguments: String...) async throws -> String {
        try await command(arguments)
    }

    /// Runs a command with `redis-cli`.
    ///
    /// - Parameter arguments: the command's name and its arguments; options of `redis-cli` may come before.
    /// - Returns: what `redis-cli` printed, without the last line break.
    /// - Throws: ``RedisServerError`` if `redis-cli` is missing.
    @discardableResult
    public func command(_ arguments: [String]) async throws -> String {
        let address = socketPath.map { ["-s", $0] } ?? ["-h", "127.0.0.1", "-p", String(port)]
        let child = try ChildProcess(
            executable: try Self.find("redis-cli"),
            arguments: address + arguments,
            environment: password.map { ["REDISCLI_AUTH": $0] } ?? [:]
        )
        try await child.waitForExit()
        return child.output
    }

    private func end(_ signal: CInt) async {
        guard let child = process.withLock({ $0 }) else { return }
        child.send(signal: signal)
        // A frozen process sees no other signal; a killed one must not come to do one last thing.
        if signal != SIGKILL { child.send(signal: SIGCONT) }
        if (try? await child.waitForExit(within: .seconds(5))) == nil {
            child.send(signal: SIGKILL)
            _ = try? await child.waitForExit()
        }
        process.withLock { $0 = nil }
    }

    private static func find(_ program: String) throws -> URL {
        guard let file = ChildProcess.find(program) else {
            throw RedisServerError(
                "\(program) was not found in PATH: these tests need Redis (Debian: apt-get install redis-server)"
            )
        }
        return file
    }
}

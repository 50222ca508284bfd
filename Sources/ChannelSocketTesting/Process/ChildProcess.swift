public import Foundation

/// A program started by a test: its output can be waited for, and it can be signalled and killed.
///
/// Standard output and standard error are collected together, line by line. A process that is still running when its
/// value goes away is killed.
public final class ChildProcess: Sendable {
    /// How a process ended.
    public enum Exit: Hashable, Sendable {
        /// It exited with a status.
        case exited(Int32)
        /// A signal ended it.
        case signalled(Int32)
    }

    private struct State: Sendable {
        var lines: [String] = []
        var partialLine: [UInt8] = []
        /// Set once all output is in `lines`.
        var exit: Exit?

        mutating func receive(_ bytes: [UInt8]) {
            partialLine += bytes
            while let end = partialLine.firstIndex(of: UInt8(ascii: "\n")) {
                lines.append(String(decoding: partialLine[..<end], as: UTF8.self))
                partialLine.removeSubrange(...end)
            }
        }

        mutating func end(_ exit: Exit) {
            if !partialLine.isEmpty { lines.append(String(decoding: partialLine, as: UTF8.self)) }
            partialLine = []
            self.exit = exit
        }
    }

    /// The name of the program, for messages.
    public let name: String

    private let process: SpawnedProcess
    private let state: Watched<State>

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - executable: the program's file.
    ///   - arguments: its arguments.
    ///   - environment: variables to add to or replace in this process's own.
    /// - Throws: ``TestingError`` of code `unusable` when it cannot be started.
    public init(executable: URL, arguments: [String] = [], environment: [String: String] = [:]) throws {
        name = executable.lastPathComponent
        let state = Watched(State())
        self.state = state
        let pipe = try ProcessOutput.makePipe()
        defer { close(pipe.writing) }
        let output = try ProcessOutput(pipe.reading) { bytes in
            state.update { $0.receive(bytes) }
        }
        do {
            process = try SpawnedProcess.start(
                [executable.path] + arguments,
                environment: ProcessInfo.processInfo.environment.merging(environment) { _, new in new },
                output: pipe.writing
            ) { exit in
                output.finish { state.update { $0.end(exit) } }
            }
        } catch {
            output.finish {}
            throw error
        }
    }

    deinit {
        process.send(signal: SIGKILL)
    }

    /// Starts an executable of the package under test, from where the build put the test bundle too.
    ///
    /// - Parameters:
    ///   - product: the name of the executable.
    ///   - arguments: its arguments.
    ///   - environment: variables to add to or replace in this process's own.
    /// - Throws: ``TestingError`` of code `unusable` when it was not built or cannot be started.
    public convenience init(
        product: String, arguments: [String] = [], environment: [String: String] = [:]
    ) throws {
        let executable = Self.productsDirectory.appendingPathComponent(product)
        guard FileManager.default.isExecutableFile(atPath: executable.path) else {
            throw TestingError(.unusable, "there is no \(product) beside the tests; build the whole package first")
        }
        try self.init(executable: executable, arguments: arguments, environment: environment)
    }

    /// The folder that the running test bundle was built into, with the package's executables.
    public static var productsDirectory: URL {
        let arguments = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
        return arguments.resolvingSymlinksInPath().deletingLastPathComponent()
    }

    /// Looks for a program in `PATH`.
    ///
    /// - Parameter program: its name.
    /// - Returns: the file, or nil if there is none.
    public static func find(_ program: String) -> URL? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        let files = path.split(separator: ":").map { URL(fileURLWithPath: "\($0)/\(program)") }
        return files.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// Whether the process has not ended yet.
    public var isRunning: Bool { state.update { $0.exit == nil } }

    /// The process id.
    public var processIdentifier: Int32 { process.identifier }

    /// The lines of output so far.
    public var lines: [String] { state.update { $0.lines } }

    /// The output so far as one text.
    public var output: String { lines.joined(separator: "\n") }

    /// Waits for a line of output; earlier lines count too.
    ///
    /// - Parameters:
    ///   - text: what the line must contain.
    ///   - skipped: how many lines of the output not to look at.
    ///   - limit: how long to wait.
    /// - Returns: the first such line.
    /// - Throws: ``TestingError`` when there is none in time, or none before the process ended.
    @discardableResult
    public func waitForLine(
        containing text: String, skipping skipped: Int = 0, within limit: Duration = TestWebSocket.patience
    ) async throws -> String {
        let name = name
        return try await state.wait(within: limit, for: "\(name) to print '\(text)'; it printed:\n\(self.output)") {
            if let line = $0.lines.dropFirst(skipped).first(where: { $0.contains(text) }) { return .success(line) }
            guard let exit = $0.exit else { return nil }
            let output = $0.lines.joined(separator: "\n")
            return .failure(TestingError(.ended, "\(name) ended (\(exit)) without printing '\(text)':\n\(output)"))
        }
    }

    /// Waits for the line `listening on HOST:PORT` that the servers of this package print once they are ready.
    ///
    /// - Parameter limit: how long to wait.
    /// - Returns: the port.
    /// - Throws: ``TestingError`` when there is no such line in time, or not before the process ended.
    public func waitForPort(within limit: Duration = .seconds(30)) async throws -> Int {
        let line = try await waitForLine(containing: "listening on ", within: limit)
        let digits = line.split(separator: ":").last.map { $0.prefix { $0.isNumber } } ?? ""
        guard let port = Int(digits) else { throw TestingError(.unexpected, "no port in '\(line)'") }
        return port
    }

    /// Sends a signal; nothing happens if the process has ended.
    public func send(signal: Int32) {
        process.send(signal: signal)
    }

    /// Waits for the end of the process and its output.
    ///
    /// - Parameter limit: how long to wait.
    /// - Returns: how it ended.
    /// - Throws: ``TestingError`` of code `timeout`.
    @discardableResult
    public func waitForExit(within limit: Duration = TestWebSocket.patience) async throws -> Exit {
        try await state.wait(within: limit, for: "\(self.name) to exit; it printed:\n\(self.output)") {
            $0.exit.map { .success($0) }
        }
    }

    /// Asks the process to end (SIGTERM) and waits until it has.
    ///
    /// - Parameter limit: how long to wait before it is killed.
    /// - Returns: how it ended.
    /// - Throws: ``TestingError`` of code `timeout` when it had to be killed.
    @discardableResult
    public func stop(within limit: Duration = TestWebSocket.patience) async throws -> Exit {
        send(signal: SIGTERM)
        do {
            return try await waitForExit(within: limit)
        } catch {
            send(signal: SIGKILL)
            throw error
        }
    }
}

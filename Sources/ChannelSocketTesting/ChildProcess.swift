import Foundation
import Synchronization

/// A program that runs beside the tests and ends with them, whatever ends the tests.
final class ChildProcess: Sendable {
    /// Runs a program in the background, says its process id, and kills it as soon as standard input ends: that is
    /// when the test process ends, by whatever means.
    private static let guardian = #""$@" </dev/null >/dev/null 2>&1 & echo $!; read _; kill -9 $! 2>/dev/null; wait $!"#

    private let shell: Process
    private let input = Pipe()
    private let pid: pid_t

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: its path.
    ///   - arguments: its arguments.
    init(_ program: String, _ arguments: [String]) throws {
        shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", Self.guardian, "sh", program] + arguments
        let output = Pipe()
        shell.standardInput = input
        shell.standardOutput = output
        try shell.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let pid = pid_t(line.prefix { $0.isNumber }) else {
            shell.terminate()
            throw RedisServerError("\(program) did not start")
        }
        self.pid = pid
    }

    /// Whether the program runs; a zombie does not.
    var isRunning: Bool {
        guard shell.isRunning, Foundation.kill(pid, 0) == 0 else { return false }
        #if os(Linux)
            let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
            guard let end = stat.lastIndex(of: ")") else { return false }
            return !stat[end...].hasPrefix(") Z")
        #else
            return true
        #endif
    }

    /// Sends a signal.
    func signal(_ signal: CInt) {
        if isRunning { _ = Foundation.kill(pid, signal) }
    }

    /// Sends a signal that ends the program, and waits for its end; after five seconds it is killed.
    func end(_ signal: CInt) async {
        self.signal(SIGCONT)
        self.signal(signal)
        let deadline = ContinuousClock.now + .seconds(5)
        while isRunning, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
        endNow()
        shell.waitUntilExit()
    }

    /// Kills the program without waiting.
    func endNow() {
        try? input.fileHandleForWriting.close()
    }

    /// Where a program is.
    ///
    /// - Throws: ``RedisServerError`` if it is nowhere.
    static func find(_ name: String) throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let directories = path.split(separator: ":").map(String.init) + ["/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"]
        for directory in directories where FileManager.default.isExecutableFile(atPath: "\(directory)/\(name)") {
            return "\(directory)/\(name)"
        }
        throw RedisServerError(
            "\(name) was not found in PATH: these tests need Redis (Debian: apt-get install redis-server)")
    }

    /// Runs a program to its end.
    ///
    /// - Returns: its standard output without the last line break.
    static func output(of program: String, _ arguments: [String], environment: [String: String]) async throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        return try await withCheckedThrowingContinuation { continuation in
            // Reads while the program runs, since a full pipe would hold it up; not on a thread of the async pool.
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        try process.run()
                        let data = try output.fileHandleForReading.readToEnd() ?? Data()
                        process.waitUntilExit()
                        let text = String(decoding: data, as: UTF8.self)
                        return text.hasSuffix("\n") ? String(text.dropLast()) : text
                    })
            }
        }
    }
}

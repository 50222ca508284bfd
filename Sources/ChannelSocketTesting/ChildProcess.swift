import Foundation
import Synchronization

/// A program that runs beside the tests and ends with them, whatever ends the tests.
final class ChildProcess: Sendable {
    /// Runs a program in the background, says its process id, and kills it as soon as standard input ends: that is
    /// when the test process ends, by whatever means.
    private static let guardian = #""$@" </dev/null >/dev/null 2>&1 & echo $!; read _; kill -9 $! 2>/dev/null; wait $!"#

    private let shell: SpawnedProcess
    private let pid: pid_t
    private let hasEnded = Mutex(false)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: its path.
    ///   - arguments: its arguments.
    /// - Throws: ``RedisServerError`` if it can't be started.
    init(_ program: String, _ arguments: [String]) throws {
        shell = try SpawnedProcess("/bin/sh", ["-c", Self.guardian, "sh", program] + arguments)
        guard let pid = pid_t(shell.readLine()) else {
            shell.closeInput()
            shell.wait()
            throw RedisServerError("\(program) did not start")
        }
        self.pid = pid
    }

    deinit {
        endNow()
    }

    /// Whether the program runs; a zombie does not.
    var isRunning: Bool {
        guard !hasEnded.withLock({ $0 }), Foundation.kill(pid, 0) == 0 else { return false }
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
        // Not with Task.sleep, which does not wait in a cancelled task; not on a thread of the async pool.
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                self.signal(signal)
                // A frozen program sees no other signal; a killed one must not do a last thing.
                if signal != SIGKILL { self.signal(SIGCONT) }
                let deadline = ContinuousClock.now + .seconds(5)
                while isRunning, ContinuousClock.now < deadline { usleep(2_000) }
                endNow()
                continuation.resume()
            }
        }
    }

    /// Kills the program.
    func endNow() {
        let isFirst = hasEnded.withLock { hasEnded in
            defer { hasEnded = true }
            return !hasEnded
        }
        guard isFirst else { return }
        // The shell does it, and keeps the process id from being used by another program until then.
        shell.closeInput()
        shell.wait()
    }

    /// Where a program is.
    ///
    /// - Parameter name: its name.
    /// - Returns: its path.
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
    /// - Parameters:
    ///   - program: its path.
    ///   - arguments: its arguments.
    ///   - environment: what to add to our own environment.
    /// - Returns: its standard output without the last line break.
    /// - Throws: ``RedisServerError`` if it can't be started.
    static func output(
        of program: String,
        _ arguments: [String],
        environment: [String: String]
    ) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        let process = try SpawnedProcess(program, arguments, environment: environment)
                        process.closeInput()
                        let text = process.readToEnd()
                        process.wait()
                        return text.hasSuffix("\n") ? String(text.dropLast()) : text
                    }
                )
            }
        }
    }
}

import Foundation
import Synchronization

/// A child process with pipes for its standard input and output; what it says on standard error is dropped.
///
/// Foundation's `Process` lets every child inherit what is open for the others, on Linux even the socket by whose
/// closing it learns that a child has ended: with a long-lived child about, the end of the short-lived ones is never
/// seen.
final class SpawnedProcess: Sendable {
    private let pid: pid_t
    private let input: Mutex<CInt?>
    private let output: CInt

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: its path.
    ///   - arguments: its arguments.
    ///   - environment: what to add to our own environment.
    /// - Throws: ``RedisServerError`` if it can't be started.
    init(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
        // One at a time: between the making of a pipe and the marking of its ends no other child may start.
        let (pid, input, output) = try Self.starting.withLock { _ in
            let (childInput, input) = try Self.makePipe()
            let (output, childOutput) = try Self.makePipe()
            defer {
                close(childInput)
                close(childOutput)
            }
            #if canImport(Darwin)
                var actions: posix_spawn_file_actions_t?
                var attributes: posix_spawnattr_t?
            #else
                var actions = posix_spawn_file_actions_t()
                var attributes = posix_spawnattr_t()
            #endif
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_adddup2(&actions, childInput, 0)
            posix_spawn_file_actions_adddup2(&actions, childOutput, 1)
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
            // The threads of Dispatch block all signals, and children inherit that: a shell would wait for ever.
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            var noSignals = sigset_t()
            sigemptyset(&noSignals)
            posix_spawnattr_setsigmask(&attributes, &noSignals)
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
            var pid = pid_t()
            let status = Self.withCStrings([program] + arguments) { arguments in
                Self.withCStrings(variables) { variables in
                    posix_spawn(&pid, program, &actions, &attributes, arguments, variables)
                }
            }
            guard status == 0 else {
                close(input)
                close(output)
                throw RedisServerError("\(program) could not be started: \(String(cString: strerror(status)))")
            }
            return (pid, input, output)
        }
        self.pid = pid
        self.input = Mutex(input)
        self.output = output
    }

    deinit {
        closeInput()
        close(output)
    }

    /// Ends the child's standard input.
    func closeInput() {
        input.withLock { input in
            if let input { close(input) }
            input = nil
        }
    }

    /// Reads the child's output up to a line break or its end; blocks.
    func readLine() -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(output, &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }

    /// Reads the child's output up to its end; blocks.
    func readToEnd() -> String {
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(output, &piece, piece.count), count > 0 { text += piece[..<count] }
        return String(decoding: text, as: UTF8.self)
    }

    /// Waits for the child's end; blocks.
    func wait() {
        var status: CInt = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    }

    private static let starting = Mutex(())

    /// Makes a pipe that children do not inherit.
    private static func makePipe() throws -> (reading: CInt, writing: CInt) {
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw RedisServerError("no pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Lends strings as C wants them.
    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers)
    }
}

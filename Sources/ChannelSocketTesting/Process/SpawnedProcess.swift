internal import Foundation
internal import Synchronization

/// A child of this process, by `posix_spawn`.
///
/// Foundation's `Process` is not used since on Linux it learns of a child's end from a descriptor that every other
/// child inherits too: with several children a killed one would not be noticed until the others have ended.
final class SpawnedProcess: Sendable {
    /// The process id; free for others after `wait()` has returned.
    let identifier: pid_t

    private let reaped = Mutex(false)

    /// Has a child close all descriptors from a number on, where the system can do that.
    ///
    /// Without, a child would keep listening sockets and connections of the tests open. The function is GNU's, which
    /// Swift does not see in the header.
    private static let closeInherited: CloseFrom? = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
        unsafeBitCast($0, to: CloseFrom.self)
    }

    private typealias CloseFrom =
        @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// Starts a program that ends with this process, whatever ends that.
    ///
    /// - Parameters:
    ///   - command: the program's path and its arguments.
    ///   - environment: its environment.
    ///   - output: where its output goes.
    ///   - ended: called when it has ended.
    /// - Returns: the running process.
    /// - Throws: ``TestingError`` of code `unusable`.
    static func start(
        _ command: [String],
        environment: [String: String],
        output: Int32,
        ended: @escaping @Sendable (ChildProcess.Exit) -> Void
    ) throws -> SpawnedProcess {
        let start = Start()
        // Linux kills such a child when the thread that started it ends, so that thread stays, and waits for the child.
        let helper = ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"]
        let prefix = FileManager.default.isExecutableFile(atPath: helper[0]) ? helper : []
        Thread.detachNewThread {
            let result = Result { try SpawnedProcess(prefix + command, environment: environment, output: output) }
            start.result.withLock { $0 = result }
            start.isDone.signal()
            if let process = try? result.get() { ended(process.wait()) }
        }
        start.isDone.wait()
        guard let result = start.result.withLock({ $0 }) else { throw TestingError(.unusable, "no child process") }
        return try result.get()
    }

    /// Hands the outcome from the child's thread to who asked for the child.
    private final class Start: Sendable {
        let result = Mutex<Result<SpawnedProcess, any Error>?>(nil)
        let isDone = DispatchSemaphore(value: 0)
    }

    /// Starts a program with standard input empty and both outputs going to a descriptor.
    ///
    /// - Parameters:
    ///   - command: the program's path and its arguments.
    ///   - environment: its environment.
    ///   - output: where its output goes.
    /// - Throws: ``TestingError`` of code `unusable`.
    private init(_ command: [String], environment: [String: String], output: Int32) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        _ = Self.closeInherited?(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads of a test may block or ignore signals; the child must not inherit that.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGUSR1] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for string in arguments + variables { free(string) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, command[0], &actions, &attributes, &arguments, &variables)
        guard status == 0 else {
            throw TestingError(.unusable, "cannot start \(command[0]): \(String(cString: strerror(status)))")
        }
        identifier = pid
    }

    /// Sends a signal, unless the process has ended.
    func send(signal: Int32) {
        // Under the lock, as the id belongs to somebody else after the process was reaped.
        reaped.withLock { reaped in
            if !reaped { _ = kill(identifier, signal) }
        }
    }

    /// Blocks the thread until the process has ended.
    private func wait() -> ChildProcess.Exit {
        var info = siginfo_t()
        while waitid(P_PID, id_t(identifier), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        return reaped.withLock { reaped in
            var status: Int32 = 0
            while waitpid(identifier, &status, 0) == -1, errno == EINTR {}
            reaped = true
            // The macros WIFSIGNALED and so on are not visible to Swift.
            let signal = status & 0x7F
            return signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
        }
    }
}

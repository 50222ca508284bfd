import ChannelSocketTesting
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ChildProcessTests {
    private static func shell(_ script: String, environment: [String: String] = [:]) throws -> ChildProcess {
        try ChildProcess(
            executable: URL(fileURLWithPath: "/bin/sh"), arguments: ["-c", script], environment: environment)
    }

    @Test("collects both outputs and the exit status")
    func output() async throws {
        let process = try Self.shell("echo one; echo two >&2; printf three; exit 7")
        #expect(try await process.waitForExit() == .exited(7))
        #expect(process.lines == ["one", "two", "three"])
    }

    @Test("waits for a line and for the port")
    func line() async throws {
        let script = "echo starting; echo \"listening on 127.0.0.1:$P\"; exec tail -f /dev/null"
        let process = try Self.shell(script, environment: ["P": "4711"])
        #expect(try await process.waitForPort() == 4711)
        process.send(signal: SIGKILL)
        #expect(try await process.waitForExit() == .signalled(SIGKILL))
    }

    @Test("says so when the process ends before it prints the line")
    func endsEarly() async throws {
        let process = try Self.shell("echo no luck")
        let error = try await #require(throws: TestingError.self) { try await process.waitForLine(containing: "luck!") }
        #expect(error.code == .ended)
        #expect(error.message.contains("no luck"))
    }

    @Test("kills a process that ignores SIGTERM, and says so")
    func stubborn() async throws {
        let process = try Self.shell("trap '' TERM; echo ready; exec tail -f /dev/null")
        try await process.waitForLine(containing: "ready")
        await #expect(throws: TestingError.self) { try await process.stop(within: .milliseconds(50)) }
        #expect(try await process.waitForExit() == .signalled(SIGKILL))
    }

    @Test("notices the end of one process while others go on")
    func several() async throws {
        let processes = try (0..<4).map { _ in try Self.shell("echo ready; exec tail -f /dev/null") }
        for process in processes { try await process.waitForLine(containing: "ready") }
        for process in processes {
            process.send(signal: SIGKILL)
            #expect(try await process.waitForExit() == .signalled(SIGKILL))
        }
    }

    @Test("starts processes with none of the open files of the tests")
    func inheritsNothing() async throws {
        let file = try #require(fopen("/dev/null", "r"))
        defer { fclose(file) }
        let process = try Self.shell("ls -1 /proc/self/fd | wc -l")
        try await process.waitForExit()
        // The three standard ones, and the folder that ls reads.
        #expect(process.output.trimmingCharacters(in: .whitespaces) == "4")
    }

    @Test("says what is missing")
    func missing() {
        #expect(throws: TestingError.self) { try ChildProcess(product: "no-such-product") }
    }
}

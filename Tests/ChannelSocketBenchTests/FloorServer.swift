import ChannelSocketTesting
import Foundation
import Testing

/// The C server of `make bench`, compiled for the tests: it can be told to do things wrong.
struct FloorServer {
    let process: ChildProcess
    let port: Int

    static func start(_ arguments: String...) async throws -> FloorServer {
        try await start(arguments)
    }

    static func start(_ arguments: [String]) async throws -> FloorServer {
        let process = try ChildProcess(executable: try await program.value, arguments: arguments)
        return FloorServer(process: process, port: try await process.waitForPort())
    }

    /// Compiled once, by the toolchain's own clang.
    private static let program = Task {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Benchmarks/floor/floor.c").standardizedFileURL
        let output = ChildProcess.productsDirectory.appendingPathComponent("floor-for-tests")
        let clang = try #require(ChildProcess.find("clang"))
        let compiler = try ChildProcess(
            executable: clang, arguments: ["-O1", "-Wall", "-Wextra", "-Werror", "-o", output.path, source.path]
        )
        try #require(await compiler.waitForExit(within: .seconds(60)) == .exited(0), "\(compiler.output)")
        return output
    }
}

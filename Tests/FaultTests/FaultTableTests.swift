import Foundation
import Testing

@Suite("The table of faults")
struct FaultTableTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("faults-\(UUID()).md").path

    @Test("gets a row after those it has")
    func rows() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("| a |\n".utf8).write(to: URL(fileURLWithPath: path))
        try FaultTable(path: path).append(["b", "c"])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "| a |\n| b | c |\n")
    }

    @Test("fails when it is not there, instead of losing its rows")
    func missing() {
        #expect(throws: (any Error).self) { try FaultTable(path: path).append(["a"]) }
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}

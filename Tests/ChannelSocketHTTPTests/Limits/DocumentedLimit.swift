import Foundation
import Testing

/// A row of docs/limits.md: what a client sees at a limit, and what counts it.
struct DocumentedLimit {
    /// What the client sees.
    let answer: String
    /// What counts it; none in tables without that column.
    let counters: [String]

    /// Reads a row.
    ///
    /// - Parameter start: how the row begins.
    init(_ start: String) throws {
        var root = URL(filePath: #filePath)
        while root.lastPathComponent != "Tests" { root.deleteLastPathComponent() }
        let document = try String(contentsOf: root.appending(path: "../docs/limits.md"), encoding: .utf8)
        let row = try #require(document.split(separator: "\n").first { $0.hasPrefix("| \(start)") }, "\(start)")
        let cells = row.split(separator: "|").map(String.init)
        try #require(cells.count >= 3)
        answer = cells[2]
        counters = cells.count > 3 ? Self.quoted(in: cells[3]) : []
    }

    /// Expects that the row says what happened.
    ///
    /// - Parameters:
    ///   - code: the status or close code, or another word that has to be there.
    ///   - texts: what the client was told; the row may quote nothing else.
    ///   - counts: what was counted; the row may name nothing else.
    ///   - sourceLocation: where it is expected.
    func expect(
        code: String = "", texts: [String] = [], counts: [String: Int],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(code.isEmpty || answer.contains(code), sourceLocation: sourceLocation)
        #expect(Set(Self.quoted(in: answer)).isSubset(of: texts), sourceLocation: sourceLocation)
        #expect(Set(counters).isSubset(of: counts.keys), sourceLocation: sourceLocation)
    }

    private static func quoted(in cell: String) -> [String] {
        let parts = cell.split(separator: "`", omittingEmptySubsequences: false)
        return stride(from: 1, to: parts.count, by: 2).map { String(parts[$0]) }
    }
}

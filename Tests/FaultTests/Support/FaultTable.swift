import Foundation

/// The table that `make faults` prints.
struct FaultTable {
    var path: String

    /// Adds a row.
    ///
    /// - Throws: what opening the file throws, which must be there: a row that nobody sees must not pass for one.
    func append(_ cells: [String]) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data("| \(cells.joined(separator: " | ")) |\n".utf8))
        try file.close()
    }
}

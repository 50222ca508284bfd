internal import Foundation

extension BenchmarkReport {
    /// The report for machines: one JSON object in one line.
    ///
    /// - Returns: the object.
    /// - Throws: when a figure is not finite.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

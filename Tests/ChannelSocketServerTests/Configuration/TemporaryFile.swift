import Foundation

/// A file that lives as long as a test needs it.
final class TemporaryFile: Sendable {
    let path: String

    /// Creates a file.
    ///
    /// - Parameters:
    ///   - text: what is in it.
    ///   - name: what its name ends with.
    init(_ text: String, name: String = "channelsocket.yml") throws {
        path = NSTemporaryDirectory() + "\(UUID().uuidString)-\(name)"
        try write(text)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Replaces what is in it, at once as editors do.
    func write(_ text: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}

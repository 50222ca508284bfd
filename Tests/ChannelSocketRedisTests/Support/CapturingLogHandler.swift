import Logging
import Synchronization

/// Keeps log lines for tests.
struct CapturingLogHandler: LogHandler {
    struct Line: Sendable {
        var level: Logger.Level
        var message: String
        var metadata: [String: String]

        /// Everything that would be printed.
        var text: String { "\(message) \(metadata)" }
    }

    final class Lines: Sendable {
        private let lines = Mutex<[Line]>([])

        var all: [Line] { lines.withLock { $0 } }

        func append(_ line: Line) { lines.withLock { $0.append(line) } }

        func contains(_ part: String) -> Bool { all.contains { $0.text.contains(part) } }
    }

    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    let lines: Lines

    static func make() -> (Logger, Lines) {
        let lines = Lines()
        return (Logger(label: "test") { _ in CapturingLogHandler(lines: lines) }, lines)
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        lines.append(
            Line(
                level: event.level, message: "\(event.message)",
                metadata: Dictionary(uniqueKeysWithValues: all.map { ($0.key, "\($0.value)") })))
    }
}

import ChannelSocketTesting
import Logging
import Synchronization

/// Keeps what is logged, for tests that look at it or wait for it.
final class CapturedLog: Sendable {
    struct Line: Sendable, CustomStringConvertible {
        var level: Logger.Level
        var message: String
        var metadata: [String: String]

        var description: String { "\(level) \(message) \(metadata)" }
    }

    private struct Handler: LogHandler {
        let log: CapturedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let metadata = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
            log.kept.withLock { $0.append(Line(level: event.level, message: "\(event.message)", metadata: metadata)) }
        }
    }

    private let kept = Mutex<[Line]>([])

    var lines: [Line] { kept.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    /// Waits for a line with a message.
    func wait(for message: String) async throws -> Line {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            if let line = lines.first(where: { $0.message == message }) { return line }
            guard ContinuousClock.now < deadline else {
                throw TestingError(.timeout, "waited for \(message) in the log, which has \(lines)")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

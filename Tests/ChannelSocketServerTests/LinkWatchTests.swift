import Logging
import Synchronization
import Testing

@testable import ChannelSocketServer

@Suite("The watch of the link")
struct LinkWatchTests {
    /// Keeps what is logged.
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let reason = event.metadata?["reason"].map { " \($0)" } ?? ""
            lines.all.withLock { $0.append("\(event.level)\(reason)") }
        }
    }

    @Test("says each loss and each return once")
    func changes() {
        let lines = Lines()
        let reason = Mutex<String?>(nil)
        let watch = LinkWatch(
            disconnectReason: { reason.withLock { $0 } },
            logger: Logger(label: "test") { _ in Handler(lines: lines) }
        )
        var isConnected = true
        for now in [nil, "refused", "refused", "timeout", nil, nil, "refused"] {
            reason.withLock { $0 = now }
            isConnected = watch.report(wasConnected: isConnected)
        }
        #expect(lines.all.withLock { $0 } == ["error refused", "notice", "error refused"])
    }
}

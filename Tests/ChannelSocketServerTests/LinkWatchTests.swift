import Synchronization
import Testing

@testable import ChannelSocketServer

@Suite("The watch of the link")
struct LinkWatchTests {
    @Test("says each loss and each return once")
    func changes() {
        let log = CapturedLog()
        let reason = Mutex<String?>(nil)
        let watch = LinkWatch(
            disconnectReason: { reason.withLock { $0 } },
            logger: log.logger
        )
        var isConnected = true
        for now in [nil, "refused", "refused", "timeout", nil, nil, "refused"] {
            reason.withLock { $0 = now }
            isConnected = watch.report(wasConnected: isConnected)
        }
        let lines = log.lines.map { "\($0.level) \($0.metadata["reason"] ?? "-")" }
        #expect(lines == ["error refused", "notice -", "error refused"])
    }
}

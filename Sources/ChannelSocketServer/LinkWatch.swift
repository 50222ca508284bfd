internal import ChannelSocket
internal import Logging
internal import ServiceLifecycle

/// Says in the log, once each time, that the link to the other nodes is gone and that it is back.
///
/// The adapter logs its every attempt at info level; this is the one line that somebody must see.
struct LinkWatch: Service {
    private let disconnectReason: @Sendable () -> String?
    private let interval: Duration
    private let logger: Logger

    /// Creates a watch.
    ///
    /// - Parameters:
    ///   - disconnectReason: why there is no link, nil while there is one.
    ///   - interval: how often to look; shorter interruptions may go unsaid.
    ///   - logger: takes the lines.
    init(
        disconnectReason: @escaping @Sendable () -> String?,
        every interval: Duration = .seconds(1),
        logger: Logger
    ) {
        self.disconnectReason = disconnectReason
        self.interval = interval
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var wasConnected = true
            // The first look comes after one interval, which is the time that connecting at the start may take.
            while (try? await Task.sleep(for: interval)) != nil {
                wasConnected = report(wasConnected: wasConnected)
            }
        }
    }

    /// Looks once.
    ///
    /// - Parameter wasConnected: what the last look found.
    /// - Returns: whether there is a link now.
    func report(wasConnected: Bool) -> Bool {
        guard let reason = disconnectReason() else {
            if !wasConnected { logger.notice("joined with the other nodes again") }
            return true
        }
        if wasConnected {
            logger.error(
                "cut off from the other nodes: serving the clients of this node only, and trying again",
                metadata: ["reason": "\(reason)"]
            )
        }
        return false
    }
}

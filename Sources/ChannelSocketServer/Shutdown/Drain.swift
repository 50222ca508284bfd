internal import Logging
internal import ServiceLifecycle
internal import Synchronization

/// The first part of a shutdown: says that the node goes, and gives load balancers the time to hear it.
///
/// As the last of the services it is the first that is shut down; the others follow when it has ended.
final class Drain: Service {
    private let configuration: DrainConfiguration
    private let logger: Logger
    private let isBegun = Atomic(false)
    private let skipsDelay = Atomic(false)

    /// Creates a drain that has not begun.
    ///
    /// - Parameters:
    ///   - configuration: the times.
    ///   - logger: is told when it begins.
    init(_ configuration: DrainConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Whether the node is about to go.
    var isDraining: Bool { isBegun.load(ordering: .relaxed) }

    /// Does without the delay, since no load balancer has to know.
    func skipDelay() {
        skipsDelay.store(true, ordering: .relaxed)
    }

    /// Waits for the shutdown, and then for the delay; a cancelled task waits for nothing.
    func run() async throws {
        try? await gracefulShutdown()
        isBegun.store(true, ordering: .relaxed)
        guard !Task.isCancelled else { return }
        let delay = skipsDelay.load(ordering: .relaxed) ? .zero : configuration.delay
        logger.notice(
            "draining: not ready any more",
            metadata: ["drain.delay": "\(delay)", "drain.window": "\(configuration.window)"]
        )
        try? await Task.sleep(for: delay)
    }
}

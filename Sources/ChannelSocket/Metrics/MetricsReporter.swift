public import ServiceLifecycle

/// Reports metrics at intervals, for backends that are not asked but told.
public struct MetricsReporter: Service {
    private let sources: [any MetricsSource]
    private let interval: Duration

    /// Creates a reporter.
    ///
    /// - Parameters:
    ///   - sources: whose counts are to be reported, such as ``NodeMetrics``.
    ///   - interval: how often.
    public init(_ sources: [any MetricsSource], every interval: Duration = .seconds(5)) {
        self.sources = sources
        self.interval = interval
    }

    /// Reports until the task is cancelled or the service group shuts down, and once more then.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                report()
                // Cancelled, the sleep fails, which ends the loop.
            } while (try? await Task.sleep(for: interval)) != nil
        }
        report()
    }

    /// Reports now.
    public func report() {
        for source in sources {
            source.report()
        }
    }
}

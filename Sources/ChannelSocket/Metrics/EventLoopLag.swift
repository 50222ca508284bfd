public import CoreMetrics
public import NIOCore
public import ServiceLifecycle

/// Measures how late event loops run their timers: what a callback that computes or blocks does to everybody else.
///
/// A timer on each loop, twice a second; its lateness goes to the histogram `channelsocket_event_loop_lag_seconds`.
public struct EventLoopLag: Service {
    private let group: any EventLoopGroup
    private let interval: TimeAmount
    private let timer: CoreMetrics.Timer

    /// Creates a measurement.
    ///
    /// - Parameters:
    ///   - group: the event loops that serve clients.
    ///   - interval: how often each loop is measured.
    ///   - factory: the backend; by default what was bootstrapped before.
    public init(
        of group: any EventLoopGroup,
        every interval: TimeAmount = .milliseconds(500),
        factory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.group = group
        self.interval = interval
        timer = CoreMetrics.Timer(label: "channelsocket_event_loop_lag_seconds", factory: factory)
    }

    /// Measures until the task is cancelled or the service group shuts down.
    public func run() async throws {
        let probes = group.makeIterator().map { loop in start(on: loop) }
        await cancelWhenGracefulShutdown {
            for await _ in AsyncStream<Never>.makeStream().stream {}
        }
        for probe in probes {
            probe.cancel()
        }
    }

    private func start(on eventLoop: any EventLoop) -> RepeatedTask {
        let due = NIOLoopBoundBox.makeBoxSendingValue(NIODeadline.now() + interval, eventLoop: eventLoop)
        return eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { [timer, interval] _ in
            let now = NIODeadline.now()
            timer.recordNanoseconds(max(0, (now - due.value).nanoseconds))
            // The next run is counted from the end of this one.
            due.value = now + interval
        }
    }
}

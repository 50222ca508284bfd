public import CoreMetrics
public import Logging
public import NIOCore
public import ServiceLifecycle

/// Measures how late event loops run their timers: what a callback that computes or blocks does to everybody else.
///
/// A timer on each loop, twice a second; its lateness goes to the histogram `channelsocket_event_loop_lag_seconds`. A
/// loop that does nothing for longer than a second is reported in the log while it stands still, with the route of the
/// callback that began last on it, which in most cases is the one that blocks it.
public struct EventLoopLag: Service {
    private let group: any EventLoopGroup
    private let interval: TimeAmount
    private let bound: TimeAmount
    private let pubSub: PubSub?
    private let logger: Logger
    private let timer: CoreMetrics.Timer

    /// Creates a measurement.
    ///
    /// - Parameters:
    ///   - group: the event loops that serve clients.
    ///   - interval: how often each loop is measured.
    ///   - bound: how long a loop may do nothing before that is reported; found out within an interval more.
    ///   - pubSub: knows whose callback began last on each loop; nil if that is not to be told.
    ///   - logger: where a loop that does nothing is reported.
    ///   - factory: the backend; by default what was bootstrapped before.
    public init(
        of group: any EventLoopGroup,
        every interval: TimeAmount = .milliseconds(500),
        warningAfter bound: TimeAmount = .seconds(1),
        pubSub: PubSub? = nil,
        logger: Logger = Logger(label: "channelsocket.loops"),
        factory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.group = group
        self.interval = interval
        self.bound = bound
        self.pubSub = pubSub
        self.logger = logger
        timer = CoreMetrics.Timer(label: "channelsocket_event_loop_lag_seconds", factory: factory)
    }

    /// Measures until the task is cancelled or the service group shuts down.
    public func run() async throws {
        let probes = group.makeIterator().map { loop in start(on: loop) }
        await cancelWhenGracefulShutdown {
            await watch()
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

    /// Asks each loop for a sign of life, over and over, from outside: one that is blocked can't say so.
    private func watch() async {
        let pulses = group.makeIterator().map { EventLoopPulse($0) }
        repeat {
            for pulse in pulses {
                guard let silence = pulse.ask(now: .now(), bound: bound) else { continue }
                var metadata: Logger.Metadata = ["loop.silence_ms": "\(silence.nanoseconds / 1_000_000)"]
                metadata["channel.route"] = pubSub?.lastCallback(on: pulse.eventLoop).map { "\($0)" }
                logger.warning("event loop blocked, maybe by the channel callback that began last", metadata: metadata)
            }
            // Cancelled, the sleep fails, which ends the loop.
        } while (try? await Task.sleep(for: .nanoseconds(interval.nanoseconds))) != nil
    }
}

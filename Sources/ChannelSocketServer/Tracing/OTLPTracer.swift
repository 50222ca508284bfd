internal import ChannelSocket
internal import CoreMetrics
internal import FoundationEssentials
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
internal import Synchronization
internal import Tracing

/// Sends spans to an OpenTelemetry collector: OTLP over HTTP, as JSON.
///
/// Spans wait in a bounded buffer and go out in batches. What a collector does not take is dropped and counted:
/// traces are for looking at, and must not cost the server its memory.
final class OTLPTracer: Tracer, Service {
    /// Counts the spans by what became of them.
    static let metric = "channelsocket_spans_total"
    private static let interval = Duration.seconds(2)
    private static let maxBatch = 512
    private static let maxAnswerBytes = 1 << 20

    private let configuration: TracingConfiguration
    private let resource: [String: String]
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    private let sent: Counter
    private let lost: Counter
    private let finished = Mutex<[OTLPSpanRecord]>([])

    /// Creates a tracer; ``run()`` sends what it gathers.
    ///
    /// - Parameters:
    ///   - configuration: where to, and how much.
    ///   - node: the identity of this node.
    ///   - eventLoopGroup: where requests to the collector run.
    ///   - logger: takes the log.
    ///   - factory: takes the metrics.
    init(
        _ configuration: TracingConfiguration, node: NodeID,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton, logger: Logger,
        factory: any MetricsFactory
    ) {
        self.configuration = configuration
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        resource = [
            "service.name": configuration.serviceName, "service.version": StockServer.version,
            "service.instance.id": node.description,
        ]
        func counter(_ result: String) -> Counter {
            Counter(label: Self.metric, dimensions: [("result", result)], factory: factory)
        }
        sent = counter("sent")
        lost = counter("lost")
    }

    // MARK: Tracer

    func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> OTLPSpan {
        var context = context()
        let parent = context.traceParent
        let own = TraceParent(
            traceID: parent?.traceID ?? TraceParent.randomID(digits: 32),
            spanID: TraceParent.randomID(digits: 16),
            isSampled: parent?.isSampled ?? (Double.random(in: 0..<1) < configuration.sampleRatio)
        )
        context.traceParent = own
        let record = OTLPSpanRecord(
            name: operationName, identity: own, parentSpanID: parent?.spanID, kind: kind,
            start: instant().nanosecondsSinceEpoch
        )
        return OTLPSpan(record, context: context) { [weak self] in self?.take($0) }
    }

    func forceFlush() {}

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let header = extractor.extract(key: "traceparent", from: carrier) else { return }
        context.traceParent = TraceParent(header: header)
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let parent = context.traceParent else { return }
        injector.inject(parent.header, forKey: "traceparent", into: &carrier)
    }

    private func take(_ record: OTLPSpanRecord) {
        let isTaken = finished.withLock { finished in
            guard finished.count < configuration.maxPendingSpans else { return false }
            finished.append(record)
            return true
        }
        if !isTaken { lost.increment() }
    }

    // MARK: Service

    func run() async throws {
        guard let endpoint = configuration.endpoint else {
            // Its cancellation ends it as well.
            try? await gracefulShutdown()
            return
        }
        // One of its own, which is still there for the last spans when everything is cancelled at once.
        let outbound = OutboundHTTP(eventLoopGroup: eventLoopGroup, connectionsPerHost: 1)
        await cancelWhenGracefulShutdown { [self] in
            var wasReached = true
            while (try? await Task.sleep(for: Self.interval)) != nil {
                wasReached = await send(to: endpoint, through: outbound, wasReached: wasReached)
            }
        }
        // The last spans go although the surrounding task may be cancelled.
        _ = await Task { await send(to: endpoint, through: outbound, wasReached: true) }.value
        try await outbound.shutDown()
    }

    /// Sends what waits, in batches.
    private func send(to endpoint: String, through outbound: OutboundHTTP, wasReached: Bool) async -> Bool {
        var wasReached = wasReached
        while true {
            let batch = finished.withLock { finished in
                let batch = Array(finished.prefix(Self.maxBatch))
                finished.removeFirst(batch.count)
                return batch
            }
            guard !batch.isEmpty else { return wasReached }
            do {
                try await post(batch, to: endpoint, through: outbound)
                sent.increment(by: batch.count)
                if !wasReached { logger.notice("traces are taken again") }
                wasReached = true
            } catch {
                lost.increment(by: batch.count)
                if wasReached {
                    logger.warning(
                        "traces are not taken, and lost",
                        metadata: ["tracing.endpoint": "\(endpoint)", "error": "\(error)"]
                    )
                }
                return false
            }
        }
    }

    private func post(_ batch: [OTLPSpanRecord], to endpoint: String, through outbound: OutboundHTTP) async throws {
        let body = try JSONEncoder().encode(OTLPRequest(batch, resource: resource))
        let answer = try await outbound.post(
            ByteBuffer(bytes: body), to: endpoint, headers: [], timeout: .seconds(5), maxBytes: Self.maxAnswerBytes
        )
        guard (200..<300).contains(answer.status) else {
            throw OTLPError(description: "the collector answered \(answer.status)")
        }
    }
}

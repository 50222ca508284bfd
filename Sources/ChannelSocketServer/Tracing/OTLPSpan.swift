internal import Synchronization
internal import Tracing

/// A span that is running, for ``OTLPTracer``.
final class OTLPSpan: Span {
    let context: ServiceContext
    private let record: Mutex<OTLPSpanRecord>
    private let hasEnded = Atomic(false)
    private let onEnd: @Sendable (OTLPSpanRecord) -> Void

    init(_ record: OTLPSpanRecord, context: ServiceContext, onEnd: @escaping @Sendable (OTLPSpanRecord) -> Void) {
        self.record = Mutex(record)
        self.context = context
        self.onEnd = onEnd
    }

    var isRecording: Bool {
        !hasEnded.load(ordering: .relaxed) && context.traceParent?.isSampled == true
    }

    var operationName: String {
        get { record.withLock { $0.name } }
        set { record.withLock { $0.name = newValue } }
    }

    var attributes: SpanAttributes {
        get { record.withLock { $0.attributes } }
        set { record.withLock { $0.attributes = newValue } }
    }

    func setStatus(_ status: SpanStatus) {
        record.withLock { $0.status = status }
    }

    func addEvent(_ event: SpanEvent) {
        record.withLock { $0.events.append(event) }
    }

    func recordError(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> some TracerInstant
    ) {
        var attributes = attributes
        attributes["exception.type"] = String(reflecting: type(of: error))
        attributes["exception.message"] = "\(error)"
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    func addLink(_ link: SpanLink) {
        guard let linked = link.context.traceParent else { return }
        record.withLock { $0.links.append(linked) }
    }

    func end(at instant: @autoclosure () -> some TracerInstant) {
        guard isRecording, !hasEnded.exchange(true, ordering: .relaxed) else { return }
        let end = instant().nanosecondsSinceEpoch
        onEnd(
            record.withLock { record in
                record.end = end
                return record
            }
        )
    }
}

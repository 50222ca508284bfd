internal import Tracing

/// What is known of a span.
struct OTLPSpanRecord: Sendable {
    var name: String
    let identity: TraceParent
    let parentSpanID: String?
    let kind: SpanKind
    /// Nanoseconds since 1970.
    let start: UInt64
    /// Nanoseconds since 1970.
    var end: UInt64 = 0
    var attributes: SpanAttributes = [:]
    var events: [SpanEvent] = []
    var links: [TraceParent] = []
    var status: SpanStatus?

    init(name: String, identity: TraceParent, parentSpanID: String?, kind: SpanKind, start: UInt64) {
        self.name = name
        self.identity = identity
        self.parentSpanID = parentSpanID
        self.kind = kind
        self.start = start
    }
}

internal import Tracing

/// Spans in the JSON form of OTLP, as `POST /v1/traces` takes them.
struct OTLPRequest: Encodable {
    struct ResourceSpans: Encodable {
        var resource: Resource
        var scopeSpans: [ScopeSpans]
    }

    struct Resource: Encodable {
        var attributes: [Attribute]
    }

    struct ScopeSpans: Encodable {
        var scope = Scope()
        var spans: [Span]
    }

    struct Scope: Encodable {
        var name = "channelsocket"
        var version = StockServer.version
    }

    struct Span: Encodable {
        var traceId: String
        var spanId: String
        var parentSpanId: String?
        var name: String
        var kind: Int
        /// 64-bit numbers are strings in the JSON of protocol buffers.
        var startTimeUnixNano: String
        var endTimeUnixNano: String
        var attributes: [Attribute]
        var events: [Event]
        var links: [Link]
        var status: Status?
    }

    struct Event: Encodable {
        var timeUnixNano: String
        var name: String
        var attributes: [Attribute]
    }

    struct Link: Encodable {
        var traceId: String
        var spanId: String
    }

    struct Status: Encodable {
        var code: Int
        var message: String?
    }

    struct Attribute: Encodable {
        struct Value: Encodable {
            var stringValue: String?
            var boolValue: Bool?
            var intValue: String?
            var doubleValue: Double?
        }

        var key: String
        var value: Value
    }

    var resourceSpans: [ResourceSpans]

    /// Creates a request.
    ///
    /// - Parameters:
    ///   - records: the spans.
    ///   - resource: what describes the process.
    init(_ records: [OTLPSpanRecord], resource: [String: String]) {
        let attributes = resource.sorted { $0.key < $1.key }
            .map { Attribute(key: $0.key, value: Attribute.Value(stringValue: $0.value)) }
        resourceSpans = [
            ResourceSpans(
                resource: Resource(attributes: attributes), scopeSpans: [ScopeSpans(spans: records.map(Span.init))]
            )
        ]
    }
}

internal import Tracing

extension OTLPRequest.Span {
    init(_ record: OTLPSpanRecord) {
        self.init(
            traceId: record.identity.traceID,
            spanId: record.identity.spanID,
            parentSpanId: record.parentSpanID,
            name: record.name,
            kind: Self.number(of: record.kind),
            startTimeUnixNano: "\(record.start)",
            endTimeUnixNano: "\(record.end)",
            attributes: OTLPRequest.Attribute.list(record.attributes),
            events: record.events.map { event in
                OTLPRequest.Event(
                    timeUnixNano: "\(event.nanosecondsSinceEpoch)", name: event.name,
                    attributes: OTLPRequest.Attribute.list(event.attributes)
                )
            },
            links: record.links.map { OTLPRequest.Link(traceId: $0.traceID, spanId: $0.spanID) },
            status: record.status.map { status in
                OTLPRequest.Status(code: status.code == .error ? 2 : 1, message: status.message)
            }
        )
    }

    private static func number(of kind: SpanKind) -> Int {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }
}

extension OTLPRequest.Attribute {
    /// The attributes in the order of their names; lists appear as the text of their description.
    static func list(_ attributes: SpanAttributes) -> [Self] {
        var list: [Self] = []
        // No sequence, so there is no loop to write.
        func add(_ key: String, _ value: SpanAttribute) { list.append(Self(key: key, value: Value(value))) }
        attributes.forEach(add)
        return list.sorted { $0.key < $1.key }
    }
}

extension OTLPRequest.Attribute.Value {
    fileprivate init(_ attribute: SpanAttribute) {
        switch attribute {
        case .string(let text): self.init(stringValue: text)
        case .bool(let flag): self.init(boolValue: flag)
        case .int32(let number): self.init(intValue: "\(number)")
        case .int64(let number): self.init(intValue: "\(number)")
        case .double(let number) where number.isFinite: self.init(doubleValue: number)
        case .stringConvertible(let value): self.init(stringValue: "\(value)")
        default: self.init(stringValue: "\(attribute)")
        }
    }
}

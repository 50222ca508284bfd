import PhoenixWire
import Tracing

/// Spans around a channel's callbacks.
extension ChannelProcess {
    /// Handles an item of the mailbox in a span, if it is a client's message.
    ///
    /// The spans are the roots of traces of their own, linked to the connect's: a connection that lives for days would
    /// make a trace that no viewer shows.
    func handle(_ item: Mailbox.Item, tracedBy tracer: any Tracer) async throws {
        let name: String
        var event: String?
        switch item {
        case .join:
            name = "channelsocket join"
        case .message(let message), .deferred(let message):
            name = "channelsocket push"
            event = message.event
        case .broadcast, .info:
            return try await handle(item)
        }
        try await tracer.withAnySpan(name, context: .topLevel, ofKind: .server) { span in
            span.updateAttributes { attributes in
                attributes["channelsocket.topic"] = topic
                attributes["channelsocket.event"] = event
            }
            if let connect = session.trace { span.addLink(SpanLink(context: connect, attributes: [:])) }
            try await handle(item)
            if case .join = item {
                span.updateAttributes { $0["channelsocket.result"] = members == nil ? "refused" : "ok" }
            }
        }
    }
}

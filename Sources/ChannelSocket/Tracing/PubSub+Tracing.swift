import NIOCore
import PhoenixWire
import Tracing

extension PubSub {
    /// Begins the span of a publish, which ends when the other nodes' bus has answered; nil if nothing is traced.
    func startPublishSpan(_ broadcast: Broadcast) -> (any Span)? {
        guard let tracer else { return nil }
        let span = tracer.startAnySpan(
            "channelsocket publish", context: ServiceContext.current ?? .topLevel, ofKind: .producer
        )
        span.updateAttributes { attributes in
            attributes["channelsocket.topic"] = broadcast.topic
            attributes["channelsocket.event"] = broadcast.event
        }
        return span
    }
}

import NIOCore
import Tracing

/// The span of a connect, which the spans of the connection's joins and pushes link to.
extension Endpoint {
    /// Checks the origin, negotiates the serializer and asks the connect callback.
    ///
    /// Refusals are 403 with an empty body, as in Phoenix.
    public func decide(_ request: UpgradeRequest) async -> UpgradeDecision {
        guard let tracer = pubSub.tracer else { return await admit(request) }
        var context = ServiceContext.topLevel
        tracer.extract(request, into: &context, using: UpgradeRequestExtractor())
        return await tracer.withAnySpan("channelsocket connect", context: context, ofKind: .server) { span in
            let decision = await admit(request)
            span.updateAttributes { $0["url.path"] = request.path }
            switch decision {
            case .accept:
                span.updateAttributes { $0["http.response.status_code"] = 101 }
            case .refuse(let status, _):
                span.updateAttributes { $0["http.response.status_code"] = Int(status) }
                if status >= 500 { span.setStatus(SpanStatus(code: .error)) }
            }
            return decision
        }
    }

    /// The span that is running, to be linked to later; nil when nothing is traced.
    var currentTrace: ServiceContext? {
        pubSub.tracer == nil ? nil : ServiceContext.current
    }
}

/// Reads `traceparent` and the like.
struct UpgradeRequestExtractor: Extractor {
    func extract(key: String, from request: UpgradeRequest) -> String? {
        request.values(of: key.lowercased()).first
    }
}

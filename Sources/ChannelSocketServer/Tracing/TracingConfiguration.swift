/// Whether, how often and where to traces are sent.
public struct TracingConfiguration: Hashable, Sendable {
    /// Where spans are posted as OTLP/HTTP JSON, such as `http://localhost:4318/v1/traces`; nil traces nothing.
    public var endpoint: String?
    /// The share of traces that are recorded, from 0 to 1, unless a client's `traceparent` decides.
    public var sampleRatio = 1.0
    /// The name of the service in the traces.
    public var serviceName = "channelsocket"
    /// How many finished spans may wait to be sent; more are dropped and counted.
    public var maxPendingSpans = 4096

    /// Creates the default: no tracing.
    public init() {}
}

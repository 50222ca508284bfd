/// Whether and how the stock server shows its metrics.
public struct MetricsConfiguration: Hashable, Sendable {
    /// Whether there is a page for Prometheus.
    public var isEnabled = true
    /// Where it is.
    public var path = "/metrics"
    /// What a reader has to send as `Authorization: Bearer`; nil lets everybody read who reaches the port.
    ///
    /// The page shows counts, no topics and nothing of the clients; but how many there are may be a secret too.
    public var bearerToken: Secret?

    /// Creates the default: readable by everybody at `/metrics`.
    public init() {}
}

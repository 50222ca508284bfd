/// Who may use the server, and which backends decide.
public struct AccessConfiguration: Hashable, Sendable {
    /// The tokens clients connect with; nil lets everybody in.
    public var tokens: TokenConfiguration?
    /// The keys of the HTTP API; with none nobody may use it.
    public var apiKeys: [APIKeyConfiguration] = []
    /// The backends, by the names that declared channels call them.
    ///
    /// Each that wants to hear of `connect` is asked about every connection, in the order of the names.
    public var webhooks: [String: WebhookConfiguration] = [:]

    /// Creates a configuration that lets everybody in.
    public init() {}
}

/// A backend that decides about clients and their messages over HTTP.
public struct WebhookConfiguration: Hashable, Sendable {
    /// What happens when the backend gives no answer that can be used.
    public enum FailurePolicy: String, Hashable, Sendable, CaseIterable {
        /// The client is refused and may try again.
        case refuse
        /// The client is treated as if there were no webhook.
        case allow
    }

    /// The URL requests are posted to, `http://` or `https://`.
    public var url: String
    /// What the backend is asked about and told; nothing else is sent.
    public var events = Set(WebhookEvent.allCases)
    /// The key of the signature, known to the backend; without one requests are not signed.
    public var secret: String?
    /// How many milliseconds an answer may take in all, waiting and repetitions included: 10 to 60,000.
    ///
    /// For so long a client waits at most.
    public var timeoutMilliseconds = 2_000
    /// How often a request is sent again at most, where that is safe: 0 to 10.
    public var retries = 2
    /// How many requests are on their way at the same time: 1 to 1,024.
    public var maxConcurrent = 64
    /// How many more may wait; beyond them requests fail at once.
    public var maxQueued = 1_024
    /// How many bytes an answer may have.
    public var maxAnswerBytes = 64 << 10
    /// What happens when there is no answer.
    public var onFailure = FailurePolicy.refuse

    /// Creates a configuration with the defaults.
    ///
    /// - Parameter url: the URL requests are posted to.
    public init(url: String) {
        self.url = url
    }
}

internal import NIOCore

/// An element of `webhooks`.
struct WebhookSection: Sendable {
    var name = ""
    var url = ""
    var events = Set(WebhookEvent.allCases)
    var secret: Secret?
    var timeout: TimeAmount = .seconds(2)
    var retries = 2
    var maxConcurrent = 64
    var maxQueued = 1_024
    var maxAnswerBytes = 64 << 10
    var onFailure = WebhookConfiguration.FailurePolicy.refuse

    /// The webhook.
    var configuration: WebhookConfiguration {
        var webhook = WebhookConfiguration(url: url)
        webhook.events = events
        webhook.secret = secret?.exposed
        webhook.timeoutMilliseconds = Int(timeout.nanoseconds / 1_000_000)
        webhook.retries = retries
        webhook.maxConcurrent = maxConcurrent
        webhook.maxQueued = maxQueued
        webhook.maxAnswerBytes = maxAnswerBytes
        webhook.onFailure = onFailure
        return webhook
    }
}

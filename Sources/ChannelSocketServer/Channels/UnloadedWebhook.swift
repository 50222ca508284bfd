/// A declared channel that asks a webhook which the node has not loaded.
///
/// Without this error everybody could join the channel unasked.
struct UnloadedWebhook: Error, Hashable, CustomStringConvertible {
    /// What is wrong and what helps.
    let description: String

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - webhook: the name of the webhook.
    ///   - topic: the topic, or the pattern, of the channel.
    init(_ webhook: String, of topic: String) {
        description =
            "the channel \(topic) asks the webhook \(webhook), which this node has not loaded: "
            + "webhooks are loaded at the start only, so a new one needs a restart"
    }
}

/// The sections of a file about who may connect and use the HTTP API: `auth`, `api_keys` and `webhooks`.
struct AccessSections: Sendable {
    /// A shared secret, for those who need no more than one key.
    var secret: Secret?
    /// Further keys of tokens.
    var keys: [TokenKeySection] = []
    /// What is wanted of tokens.
    var tokens = TokenConfiguration()
    /// The keys of the HTTP API.
    var apiKeys: [APIKeySection] = []
    /// The backends.
    var webhooks: [WebhookSection] = []

    /// All of it; tokens are wanted once there is a key for them.
    var access: AccessConfiguration {
        var access = AccessConfiguration()
        var keys = keys.compactMap(\.configuration)
        if let secret { keys.insert(TokenKeyConfiguration(.hs256, source: .secret(secret.exposed)), at: 0) }
        if !keys.isEmpty {
            var tokens = tokens
            tokens.keys = keys
            access.tokens = tokens
        }
        access.apiKeys = apiKeys.compactMap(\.configuration)
        for webhook in webhooks { access.webhooks[webhook.name] = webhook.configuration }
        return access
    }
}

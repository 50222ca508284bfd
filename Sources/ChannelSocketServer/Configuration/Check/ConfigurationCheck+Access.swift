extension ConfigurationCheck {
    /// What a server lacks that is to verify tokens and has nothing to verify them with.
    static let missingKey = "there is no key for tokens (auth.secret or auth.keys)"

    /// The keys that tokens are verified with: their files can be read, and have a key of the algorithm in them.
    mutating func checkTokenKeys() async {
        let sections = configuration.accessSections
        if let secret = sections.secret {
            await check(TokenKeyConfiguration(.hs256, source: .secret(secret.exposed)), of: "auth.secret")
        }
        for (index, section) in sections.keys.enumerated() {
            guard let key = section.configuration else { continue }
            await check(key, of: "auth.keys[\(index)].\(key.source.setting)")
        }
    }

    /// Demands on tokens, on a server that does not ask for any.
    mutating func checkAuthentication() {
        guard configuration.access.tokens == nil else { return }
        let tokens = configuration.accessSections.tokens
        let demands = [
            ("auth.required", tokens.required), ("auth.requires_expiry", tokens.requiresExpiry),
            ("auth.issuers", !tokens.issuers.isEmpty), ("auth.audiences", !tokens.audiences.isEmpty),
        ]
        for (path, isDemanded) in demands where isDemanded && isGiven(path) {
            report(path, "can't be had: \(Self.missingKey), and so everybody would be let in")
        }
    }

    /// Webhooks: each has a name of its own, and is asked about something.
    mutating func checkWebhooks() {
        let webhooks = configuration.accessSections.webhooks
        let asked = Set(configuration.channels.compactMap(\.webhook))
        for (index, webhook) in webhooks.enumerated() {
            let path = "webhooks[\(index)].name"
            if let first = webhooks[..<index].firstIndex(where: { $0.name == webhook.name }) {
                report(path, "is that of webhooks[\(first)] already: \(webhook.name)")
            } else if !webhook.events.contains(.connect), !asked.contains(webhook.name) {
                warn(path, "is named by no channel, and its events have no connect: \(webhook.name) is never asked")
            }
        }
    }

    private mutating func check(_ key: TokenKeyConfiguration, of path: String) async {
        do {
            _ = try await key.load()
        } catch {
            // Other errors than ours may have parts of the key in their text.
            report(path, "can't be used: \((error as? TokenKeyError)?.description ?? "there is no such key in it")")
        }
    }
}

extension TokenKeyConfiguration.Source {
    /// The setting of an element of `auth.keys` that it comes from.
    fileprivate var setting: String {
        switch self {
        case .secret, .secretFile: "secret"
        case .pemFile: "pem_file"
        case .jwksFile: "jwks_file"
        case .jwksURL: "jwks_url"
        }
    }
}

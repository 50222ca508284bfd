internal import NIOCore

extension ServerSettings {
    static let access: [Setting<ServerConfiguration>] = [
        Setting(
            "auth.secret", environment: "CHANNELSOCKET_TOKEN_SECRET", .optional(.secret(ofAtLeast: 32), nil: "none"),
            \.accessSections.secret, isReloadable: true,
            "Shared secret of HS256 tokens; more kinds of keys in `auth.keys`."
        ),
        Setting(
            "auth.required", .bool, \.accessSections.tokens.required, isReloadable: true,
            "Whether a client without a token is refused, once there is a key."
        ),
        Setting(
            "auth.requires_expiry", .bool, \.accessSections.tokens.requiresExpiry, isReloadable: true,
            "Whether a token without `exp` is refused."
        ),
        Setting(
            "auth.issuers", .texts(of: "texts"), \.accessSections.tokens.issuers, isReloadable: true,
            "Accepted values of `iss`; any if there are none."
        ),
        Setting(
            "auth.audiences", .texts(of: "texts"), \.accessSections.tokens.audiences, isReloadable: true,
            "Values of `aud` one of which is needed; none if there are none."
        ),
        Setting(
            "auth.leeway_seconds", .integer(in: 0...600), \.accessSections.tokens.leewaySeconds, isReloadable: true,
            "How far the clocks of issuer and node may differ."
        ),
        Setting(
            "auth.parameter", .text, \.accessSections.tokens.parameter, isReloadable: true,
            "Query parameter that may carry the token."
        ),
        Setting(
            "auth.socket_id", .text, \.accessSections.tokens.socketID, isReloadable: true,
            "Socket id, by which a client is disconnected; `{NAME}` is a claim."
        ),
    ]

    static let tokenKeys = SettingList(
        "auth.keys",
        \.accessSections.keys,
        of: { TokenKeySection() },
        settings: [
            Setting(
                "algorithm", .optional(.word, nil: "none"), \.algorithm,
                "Signature algorithm, which no token can change; key sets name their own."
            ),
            Setting("id", .optional(.text, nil: "none"), \.id, "The key's name, `kid`."),
            Setting("secret", .optional(.secret(), nil: "none"), \.secret, "Shared secret of an HS algorithm."),
            Setting(
                "pem_file", .optional(.filePath, nil: "none"), \.pemFile,
                "Public key, certificate, or private key of which the public part is used."
            ),
            Setting("jwks_file", .optional(.filePath, nil: "none"), \.jwksFile, "Key set."),
            Setting("jwks_url", .optional(.httpURL, nil: "none"), \.jwksURL, "URL of a key set, which is cached."),
        ],
        "Keys that tokens are verified with.",
        check: { $0.problem }
    )

    static let apiKeys = SettingList(
        "api_keys",
        \.accessSections.apiKeys,
        of: { APIKeySection() },
        settings: [
            Setting("name", .text, \.name, isRequired: true, "Name of the key, for logs and counters."),
            Setting(
                "key", .optional(.secret(ofAtLeast: 16), nil: "none"), \.key, "The key itself; make it long and random."
            ),
            Setting(
                "sha256", .optional(.text, nil: "none"), \.sha256, "SHA-256 of the key instead, in hexadecimal."
            ),
            Setting("permissions", .words(), \.permissions, "What the key may do."),
            Setting(
                "topics", .texts(of: "topics or patterns"), \.topics,
                "Topics it may be used for; all if there are none."
            ),
        ],
        "Keys of the HTTP API; with none nobody may use it.",
        check: { $0.problem }
    )

    static let webhooks = SettingList(
        "webhooks",
        \.accessSections.webhooks,
        of: { WebhookSection() },
        settings: [
            Setting("name", .text, \.name, isRequired: true, "Name, by which channels refer to it."),
            Setting("url", .httpURL, \.url, isRequired: true, "Where requests are posted to."),
            Setting("events", .words(), \.events, "What the backend is asked about and told."),
            Setting("secret", .optional(.secret(), nil: "none"), \.secret, "Key of the requests' signatures."),
            Setting(
                "timeout", .timeAmount(in: .milliseconds(10)...(.seconds(60))), \.timeout,
                "How long an answer may take in all."
            ),
            Setting("retries", .integer(in: 0...10), \.retries, "How often a request is repeated where that is safe."),
            Setting("max_concurrent", .integer(in: 1...1_024), \.maxConcurrent, "Requests on their way at once."),
            Setting("max_queued", .integer(in: 0...1_000_000), \.maxQueued, "Requests that may wait besides."),
            Setting(
                "max_answer_bytes", .bytes(in: 1 << 10...64 << 20), \.maxAnswerBytes,
                "The largest answer; a larger one is a failure."
            ),
            Setting("on_failure", .word, \.onFailure, "What happens to a client when there is no answer."),
        ],
        isReloadable: false,
        "Backends that decide about clients and messages; see [webhooks](webhooks.md)."
    )
}

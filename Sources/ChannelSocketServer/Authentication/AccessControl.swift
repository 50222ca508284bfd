internal import ChannelSocket
internal import FoundationEssentials
internal import Logging
internal import NIOCore
internal import PhoenixWire
internal import ServiceLifecycle

/// Decides who may use a server: tokens, keys and backends together.
struct AccessControl: Sendable {
    /// The backends by name.
    let webhooks: [String: Webhook]
    /// The keys of the HTTP API.
    let apiKeys: APIKeyRing
    /// How often tokens and keys were refused.
    let statistics: AuthenticationStatistics
    private let authenticator: SocketAuthenticator?
    private let outbound: OutboundHTTP
    private let logger: Logger

    /// Prepares what the configuration names.
    ///
    /// - Parameters:
    ///   - configuration: who may.
    ///   - node: the identity of this node.
    ///   - eventLoopGroup: where requests to issuers and backends run.
    ///   - logger: where refusals and failures are reported.
    /// - Throws: ``TokenKeyError`` for a key that can't be used.
    init(
        _ configuration: AccessConfiguration, node: NodeID, eventLoopGroup: any EventLoopGroup, logger: Logger
    ) async throws {
        let statistics = AuthenticationStatistics()
        let outbound = OutboundHTTP(
            eventLoopGroup: eventLoopGroup,
            connectionsPerHost: configuration.webhooks.values.map(\.maxConcurrent).max() ?? 8
        )
        do {
            if let tokens = configuration.tokens {
                let verifier = try await Self.verifier(tokens, outbound, logger)
                authenticator = SocketAuthenticator(verifier, statistics: statistics)
            } else {
                authenticator = nil
            }
        } catch {
            try? await outbound.shutDown()
            throw error
        }
        webhooks = configuration.webhooks.mapValues { webhook in
            let client = WebhookClient(webhook, logger: logger) { body, headers, timeout in
                try await outbound.post(
                    body, to: webhook.url, headers: headers, timeout: timeout, maxBytes: webhook.maxAnswerBytes
                )
            }
            return Webhook(client: client, node: node)
        }
        apiKeys = APIKeyRing(configuration.apiKeys)
        self.statistics = statistics
        self.outbound = outbound
        self.logger = logger
    }

    /// Whether clients need, or may have, tokens.
    var authenticates: Bool { authenticator != nil }

    /// What has to run beside the server, in the order of starting; what is last goes first.
    var services: [any Service] {
        [outbound] + webhooks.values.map(\.client)
    }

    /// Tokens and keys that are good, and may be taken into force.
    struct Update: Sendable {
        fileprivate let verifier: TokenVerifier?
        fileprivate let apiKeys: [APIKeyConfiguration]
    }

    /// Prepares other tokens and keys, which are not in force before ``apply(_:)``.
    ///
    /// Webhooks, and whether tokens are wanted at all, stay what they are. Key sets that were fetched are kept.
    ///
    /// - Parameter configuration: who may.
    /// - Returns: what is to be applied.
    /// - Throws: ``TokenKeyError`` for a key that can't be used, ``TokensNeedRestart`` when tokens would be wanted from
    ///   now on, or no longer.
    func update(to configuration: AccessConfiguration) async throws -> Update {
        guard (configuration.tokens != nil) == authenticates else { throw TokensNeedRestart(isAsking: authenticates) }
        var verifier: TokenVerifier?
        if let tokens = configuration.tokens {
            verifier = try await Self.verifier(tokens, keeping: authenticator?.verifier, outbound, logger)
        }
        return Update(verifier: verifier, apiKeys: configuration.apiKeys)
    }

    /// Takes other tokens and keys for what comes from now on.
    ///
    /// - Parameter update: the tokens and keys.
    func apply(_ update: Update) {
        if let verifier = update.verifier { authenticator?.verifier = verifier }
        apiKeys.replace(update.apiKeys)
    }

    // MARK: Clients

    /// Decides whether a client may connect: its token first, then the backends.
    ///
    /// - Parameter request: what the client says.
    /// - Returns: the decision.
    func connect(_ request: ConnectRequest) async -> ConnectResult {
        var result = await authenticator?.connect(request) ?? .accept()
        for (_, webhook) in webhooks.sorted(by: { $0.key < $1.key }) where webhook.client.wants(.connect) {
            guard case .accept(let id, let assigns, let lifetime) = result else { return result }
            let subject = Webhook.Subject(socketID: id, claims: assigns.claims)
            let answer = await webhook.connect(request, subject, leavingOut: authenticator?.parameter)
            guard answer.isAllowed else { return .deny(status: answer.status, reason: answer.reason) }
            result = .accept(
                id: answer.id ?? id, assigns: assigns.merging(answer.assigns) { $1 }, lifetime: lifetime
            )
        }
        return result
    }

    /// The claims of a channel: those of its socket, and over them those of the `token` in the join's payload.
    ///
    /// - Parameters:
    ///   - payload: the join's payload.
    ///   - socket: the channel's socket, whose assigns get the claims.
    /// - Returns: the claims; nil if there are none. The channel ends when those of a token of its own expire.
    /// - Throws: `JoinRefused` for a token that is not good.
    @discardableResult
    func claims(joiningWith payload: Payload, socket: Socket) async throws(JoinRefused) -> AuthenticatedClaims? {
        let own = socket.assigns.claims
        guard let authenticator else { return own }
        let claims = try await authenticator.claims(joiningWith: payload, socket: own)
        guard let claims, claims != own else { return claims }
        socket.assign(AuthenticatedClaims.assign, claims)
        if let lifetime = authenticator.lifetime(of: claims) { socket.expire(after: lifetime) }
        return claims
    }

    private static func verifier(
        _ tokens: TokenConfiguration, keeping old: TokenVerifier? = nil, _ outbound: OutboundHTTP, _ logger: Logger
    ) async throws -> TokenVerifier {
        let fetching = tokens.fetching
        return try await TokenVerifier(tokens, keeping: old, logger: logger) { url in
            let body = try await outbound.get(
                url, timeout: .seconds(Int64(fetching.timeoutSeconds)), maxBytes: fetching.maxBytes
            )
            return Data(body.readableBytesView)
        }
    }
}

/// Which tokens (JWT) clients may or must connect with.
public struct TokenConfiguration: Hashable, Sendable {
    /// The keys; with none, every token is refused.
    public var keys: [TokenKeyConfiguration] = []
    /// Whether a client without a token is refused; if not it connects without claims.
    public var required = true
    /// Whether a token without `exp` is refused.
    public var requiresExpiry = true
    /// The values of `iss` that are accepted; any, or none, if empty.
    public var issuers: [String] = []
    /// The values of `aud` one of which is needed; any, or none, if empty.
    public var audiences: [String] = []
    /// How many seconds the clocks of issuer and node may differ: 0 to 600.
    public var leewaySeconds = 5
    /// The query parameter that may carry the token.
    public var parameter = "token"
    /// The socket id, by which a client is disconnected; `{NAME}` stands for a claim.
    public var socketID = "users_socket:{sub}"
    /// The limits of fetching keys.
    public var fetching = KeyFetchConfiguration()

    /// Creates a configuration without keys.
    public init() {}
}

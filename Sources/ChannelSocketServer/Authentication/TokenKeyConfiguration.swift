/// A key that tokens are verified with.
public struct TokenKeyConfiguration: Hashable, Sendable {
    /// Where a key comes from.
    public enum Source: Hashable, Sendable {
        /// A shared secret: text, or bytes in base64 after `base64:`.
        ///
        /// HS256 takes 32 bytes or more, HS384 48, HS512 64.
        case secret(String)
        /// The path of a file with a shared secret, in the form of ``secret(_:)``; a line end after it is ignored.
        case secretFile(String)
        /// The path of a PEM file: a public key, a certificate, or a private key, of which the public part is used.
        case pemFile(String)
        /// The path of a file with a key set (JWKS, RFC 7517).
        case jwksFile(String)
        /// The URL of a key set, which is fetched when first needed and cached.
        case jwksURL(String)
    }

    /// The algorithm, which no token can change.
    ///
    /// Needed for everything but key sets, where it is for keys that do not name theirs; those are RS256, EdDSA, or
    /// what their curve says, if it is nil.
    public var algorithm: TokenAlgorithm?
    /// The key's name; a token that names a key (`kid`) is verified with keys of that name or without one.
    public var id: String?
    /// Where it comes from.
    public var source: Source

    /// Creates a key.
    ///
    /// - Parameters:
    ///   - algorithm: the algorithm.
    ///   - id: the key's name.
    ///   - source: where it comes from.
    public init(_ algorithm: TokenAlgorithm? = nil, id: String? = nil, source: Source) {
        self.algorithm = algorithm
        self.id = id
        self.source = source
    }
}

/// An element of `auth.keys`.
struct TokenKeySection: Sendable {
    var algorithm: TokenAlgorithm?
    var id: String?
    var secret: Secret?
    var pemFile: String?
    var jwksFile: String?
    var jwksURL: String?

    /// The key; nil unless it has one source.
    var configuration: TokenKeyConfiguration? {
        sources.count == 1 ? sources.first.map { TokenKeyConfiguration(algorithm, id: id, source: $0) } : nil
    }

    /// What is wrong with it; nil if nothing is.
    var problem: String? {
        guard sources.count == 1 else { return "needs one of secret, pem_file, jwks_file and jwks_url" }
        if algorithm == nil, secret != nil || pemFile != nil { return "needs an algorithm, such as HS256" }
        guard let secret, let shortest = algorithm?.minimumSecretBytes, !secret.exposed.hasPrefix("base64:") else {
            return secret != nil && algorithm?.minimumSecretBytes == nil ? "needs an HS algorithm for a secret" : nil
        }
        return secret.exposed.utf8.count < shortest ? "needs a secret of at least \(shortest) bytes" : nil
    }

    private var sources: [TokenKeyConfiguration.Source] {
        [
            secret.map { .secret($0.exposed) }, pemFile.map { .pemFile($0) }, jwksFile.map { .jwksFile($0) },
            jwksURL.map { .jwksURL($0) },
        ].compactMap(\.self)
    }
}

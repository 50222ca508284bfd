internal import FoundationEssentials

/// A token taken apart; nothing in it is to be believed yet.
struct TokenParts {
    /// What the header says of the signature; its other members, `jwk` and `jku` among them, are ignored.
    private struct Header: Decodable {
        var alg: String
        var kid: String?
        var isCritical: Bool

        private enum Name: String, CodingKey {
            case alg, kid, crit
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            alg = try container.decode(String.self, forKey: .alg)
            kid = try container.decodeIfPresent(String.self, forKey: .kid)
            isCritical = container.contains(.crit)
        }
    }

    /// The key's name.
    let keyID: String?
    private let algorithm: TokenAlgorithm
    /// What was signed: header and payload as sent.
    let signed: Data
    /// The JSON of the claims.
    let payload: Data
    /// The signature.
    let signature: Data

    /// Takes a token apart.
    ///
    /// - Throws: ``TokenError``.
    init(_ token: String) throws(TokenError) {
        let malformed = TokenError(.malformed, "token is malformed")
        guard token.utf8.count <= TokenVerifier.maxTokenBytes else { throw malformed }
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Data(base64URL: parts[0]), let payload = Data(base64URL: parts[1]),
            let signature = Data(base64URL: parts[2]), let header = try? JSONDecoder().decode(Header.self, from: head)
        else { throw malformed }
        // RFC 7515 section 4.1.11: what must be understood is not.
        guard !header.isCritical else { throw TokenError(.malformed, "token has critical header members") }
        // RFC 9864 calls EdDSA with this curve by the curve's name.
        guard let algorithm = TokenAlgorithm(rawValue: header.alg == "Ed25519" ? "EdDSA" : header.alg) else {
            throw TokenError(.malformed, "token is not signed with a supported algorithm")
        }
        self.algorithm = algorithm
        keyID = header.kid
        signed = Data(token.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
        self.payload = payload
        self.signature = signature
    }

    /// Whether a key is of the algorithm and, if both have one, of the name that the header says.
    func mayBeSigned(by key: TokenKey) -> Bool {
        guard key.algorithm == algorithm else { return false }
        guard let keyID, let id = key.id else { return true }
        return keyID == id
    }
}

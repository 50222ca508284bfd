internal import FoundationEssentials
internal import JWTKit

/// A key set (JWKS, RFC 7517), of which keys that are not for us are left out.
struct TokenKeySetDocument: Decodable {
    /// A key, or what is in a key's place.
    private enum Element: Decodable {
        case pair(JWK)
        case secret(SecretJWK)
        case other

        init(from decoder: any Decoder) {
            // RFC 7517 section 5: keys of types that are not understood are ignored.
            guard let purpose = try? Purpose(from: decoder), purpose.isForSignatures else {
                self = .other
                return
            }
            if purpose.kty == "oct" {
                self = (try? SecretJWK(from: decoder)).map(Element.secret) ?? .other
            } else {
                self = (try? JWK(from: decoder)).map(Element.pair) ?? .other
            }
        }
    }

    private struct Purpose: Decodable {
        var kty: String
        var use: String?

        var isForSignatures: Bool { use == nil || use == "sig" }
    }

    private struct SecretJWK: Decodable {
        var k: String
        var alg: String?
        var kid: String?
    }

    private let keys: [Element]

    /// Decodes a key set.
    ///
    /// - Throws: ``TokenKeyError`` if it is none.
    static func decode(_ data: Data) throws(TokenKeyError) -> TokenKeySetDocument {
        do {
            return try JSONDecoder().decode(TokenKeySetDocument.self, from: data)
        } catch {
            throw TokenKeyError("no key set: a JSON object with an array \"keys\" is expected")
        }
    }

    /// The keys that can be used.
    ///
    /// - Parameters:
    ///   - algorithm: the algorithm of keys that name none.
    ///   - allowingSecrets: whether shared secrets may be among them.
    /// - Returns: the keys; those that can't be used are left out.
    func usableKeys(algorithm: TokenAlgorithm?, allowingSecrets: Bool) async -> [TokenKey] {
        var usable: [TokenKey] = []
        for key in keys {
            switch key {
            case .pair(let jwk):
                if let key = try? await TokenKey.jwk(jwk, algorithm: algorithm) { usable.append(key) }
            case .secret(let jwk) where allowingSecrets:
                guard let secret = Data(base64URL: jwk.k),
                    let algorithm = jwk.alg.map(TokenAlgorithm.init) ?? algorithm ?? .hs256
                else { continue }
                if let key = try? await TokenKey.secret(secret, algorithm, id: jwk.kid) { usable.append(key) }
            case .secret, .other: continue
            }
        }
        return usable
    }
}

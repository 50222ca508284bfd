internal import Crypto
internal import FoundationEssentials
internal import JWTKit

/// A key, ready for use: an algorithm with its key material, and perhaps a name.
///
/// The algorithm belongs to the key; what a token's header says only chooses among keys, so that a token can't have a
/// public key used as a shared secret.
struct TokenKey: Sendable {
    /// The name, `kid`.
    let id: String?
    /// The algorithm.
    let algorithm: TokenAlgorithm
    /// Signs, if the key is a secret or private, and verifies.
    fileprivate let signer: any JWTAlgorithm

    /// Whether the signature is that of the key.
    func verifies(_ signature: Data, of signed: Data) -> Bool {
        (try? signer.verify(signature, signs: signed)) ?? false
    }

    /// The signature of the key.
    ///
    /// - Throws: `JWTError` if the key is public.
    func signature(of signed: Data) throws -> Data {
        Data(try signer.sign(signed))
    }
}

extension TokenKey {
    /// Creates a key from a shared secret.
    ///
    /// - Throws: ``TokenKeyError`` if it is too short.
    static func secret(_ secret: Data, _ algorithm: TokenAlgorithm, id: String?) async throws -> TokenKey {
        guard let minimum = algorithm.minimumSecretBytes else {
            throw TokenKeyError("\(algorithm.rawValue) needs a key pair, not a secret")
        }
        guard secret.count >= minimum else {
            throw TokenKeyError(
                "a secret for \(algorithm.rawValue) has at least \(minimum) bytes, this one has \(secret.count)"
            )
        }
        let digest: DigestAlgorithm =
            switch algorithm {
            case .hs384: .sha384
            case .hs512: .sha512
            default: .sha256
            }
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(key: SymmetricKey(data: secret)), digestAlgorithm: digest)
        return TokenKey(id: id, algorithm: algorithm, signer: try await keys.getKey())
    }

    /// Creates a key from PEM text.
    ///
    /// - Throws: ``TokenKeyError`` if it is no key of the algorithm.
    static func pem(_ text: String, _ algorithm: TokenAlgorithm, id: String?) async throws -> TokenKey {
        let keys = JWTKeyCollection()
        switch algorithm {
        case .hs256, .hs384, .hs512: throw TokenKeyError("\(algorithm.rawValue) needs a secret, not a PEM file")
        case .rs256: try await keys.addRSA(pem: text, .sha256, isPSS: false)
        case .rs384: try await keys.addRSA(pem: text, .sha384, isPSS: false)
        case .rs512: try await keys.addRSA(pem: text, .sha512, isPSS: false)
        case .ps256: try await keys.addRSA(pem: text, .sha256, isPSS: true)
        case .ps384: try await keys.addRSA(pem: text, .sha384, isPSS: true)
        case .ps512: try await keys.addRSA(pem: text, .sha512, isPSS: true)
        case .es256: try await keys.addECDSA(P256.self, pem: text)
        case .es384: try await keys.addECDSA(P384.self, pem: text)
        case .es512: try await keys.addECDSA(P521.self, pem: text)
        case .eddsa: try await keys.addEdDSA(pem: text)
        }
        return TokenKey(id: id, algorithm: algorithm, signer: try await keys.getKey())
    }

    /// Creates a key from a public or private JWK.
    ///
    /// - Parameters:
    ///   - jwk: the JWK.
    ///   - standard: its algorithm if it does not name one.
    /// - Returns: the key.
    /// - Throws: ``TokenKeyError`` if its algorithm can't be told, `JWTError` if its numbers are no key.
    static func jwk(_ jwk: JWK, algorithm standard: TokenAlgorithm?) async throws -> TokenKey {
        let name = jwk.algorithm?.rawValue ?? standard?.rawValue ?? jwk.usualAlgorithm
        guard let algorithm = name.flatMap(TokenAlgorithm.init), let named = JWK.Algorithm(rawValue: algorithm.rawValue)
        else { throw TokenKeyError("no algorithm for signatures") }
        var jwk = jwk
        let id = jwk.keyIdentifier?.string
        // JWTKit would let the first token decide for a key that names no algorithm, and takes none without a name.
        jwk.algorithm = named
        jwk.keyIdentifier = JWKIdentifier(string: "key")
        let keys = JWTKeyCollection()
        try await keys.add(jwk: jwk)
        return TokenKey(id: id, algorithm: algorithm, signer: try await keys.getKey())
    }
}

extension JWK {
    /// The algorithm of a key that names none.
    fileprivate var usualAlgorithm: String? {
        switch (keyType, curve?.rawValue) {
        case (.rsa, _): "RS256"
        case (.ecdsa, "P-256"): "ES256"
        case (.ecdsa, "P-384"): "ES384"
        case (.ecdsa, "P-521"): "ES512"
        case (.octetKeyPair, "Ed25519"): "EdDSA"
        default: nil
        }
    }
}

extension JWTKeyCollection {
    fileprivate func addRSA(pem: String, _ digest: DigestAlgorithm, isPSS: Bool) throws {
        if let key = try? Insecure.RSA.PublicKey(pem: pem) {
            addRSA(key, digest, isPSS: isPSS)
        } else if let key = try? Insecure.RSA.PublicKey(certificatePEM: pem) {
            addRSA(key, digest, isPSS: isPSS)
        } else if let key = try? Insecure.RSA.PrivateKey(pem: pem) {
            addRSA(key, digest, isPSS: isPSS)
        } else {
            throw TokenKeyError("no RSA key of 2048 bits or more in PEM")
        }
    }

    private func addRSA(_ key: some RSAKey, _ digest: DigestAlgorithm, isPSS: Bool) {
        if isPSS {
            add(pss: key, digestAlgorithm: digest)
        } else {
            add(rsa: key, digestAlgorithm: digest)
        }
    }

    fileprivate func addECDSA<Curve: ECDSACurveType>(_ curve: Curve.Type, pem: String) throws {
        if let key = try? ECDSA.PublicKey<Curve>(pem: pem) {
            add(ecdsa: key)
        } else if let key = try? ECDSA.PublicKey<Curve>(certificate: pem) {
            add(ecdsa: key)
        } else if let key = try? ECDSA.PrivateKey<Curve>(pem: pem) {
            add(ecdsa: key)
        } else {
            throw TokenKeyError("no EC key of the algorithm's curve in PEM")
        }
    }

    fileprivate func addEdDSA(pem: String) throws {
        if let key = try? EdDSA.PublicKey(pem: pem) {
            add(eddsa: key)
        } else if let key = try? EdDSA.PrivateKey(pem: pem) {
            add(eddsa: key)
        } else {
            throw TokenKeyError("no Ed25519 key in PEM")
        }
    }
}

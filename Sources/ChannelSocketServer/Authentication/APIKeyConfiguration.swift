internal import Crypto
internal import FoundationEssentials

/// A key for the HTTP API.
public struct APIKeyConfiguration: Hashable, Sendable {
    /// The name, for logs and counters; not secret.
    public var name: String
    /// The SHA-256 digest of the key; the key itself is not kept.
    public let digest: [UInt8]
    /// What the key may do.
    public var permissions: Set<APIPermission>
    /// The patterns of topics the key may publish to and see, such as `room:*`; nil for all.
    public var topics: [String]?

    /// Creates a key from its text.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - key: the key; make it of 32 random characters or more, since it is all that protects the API.
    ///   - permissions: what it may do.
    ///   - topics: the patterns of its topics; nil for all.
    public init(name: String, key: String, permissions: Set<APIPermission>, topics: [String]? = nil) {
        self.name = name
        digest = Array(SHA256.hash(data: Data(key.utf8)))
        self.permissions = permissions
        self.topics = topics
    }

    /// Creates a key from its digest, so that the key itself need not be in the configuration; nil if it is none.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - sha256: the SHA-256 digest of the key, 64 hexadecimal digits.
    ///   - permissions: what it may do.
    ///   - topics: the patterns of its topics; nil for all.
    public init?(name: String, sha256: String, permissions: Set<APIPermission>, topics: [String]? = nil) {
        let digits = Array(sha256.utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)
        }
        guard digits.count == 64, bytes.count == 32, digits.allSatisfy({ $0 != UInt8(ascii: "+") }) else { return nil }
        self.name = name
        digest = bytes
        self.permissions = permissions
        self.topics = topics
    }
}

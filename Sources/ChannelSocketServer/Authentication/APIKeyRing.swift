internal import Crypto
internal import FoundationEssentials
internal import PhoenixWire
internal import Synchronization

/// The keys of the HTTP API.
final class APIKeyRing: Sendable {
    /// A key that was found.
    struct Key: Sendable {
        /// The name.
        let name: String
        private let digest: [UInt8]
        private let permissions: Set<APIPermission>
        private let topics: [TopicPattern]?

        init(_ configuration: APIKeyConfiguration) {
            name = configuration.name
            digest = configuration.digest
            permissions = configuration.permissions
            topics = configuration.topics?.map { TopicPattern($0) }
        }

        /// Whether the key may do something.
        func may(_ permission: APIPermission) -> Bool {
            permissions.contains(permission) || permissions.contains(.admin)
        }

        /// Whether the key is for a topic.
        func covers(_ topic: String) -> Bool {
            topics?.contains { $0.matches(topic) } ?? true
        }

        /// Whether this is the key with a digest; takes the same time whatever the answer is.
        fileprivate func matches(_ other: SHA256Digest) -> Bool {
            other == Data(digest)
        }
    }

    private let keys: Mutex<[Key]>

    /// Creates a ring.
    init(_ keys: [APIKeyConfiguration]) {
        self.keys = Mutex(keys.map(Key.init))
    }

    /// Takes other keys from now on.
    func replace(_ keys: [APIKeyConfiguration]) {
        self.keys.withLock { $0 = keys.map(Key.init) }
    }

    /// Whether there are no keys, which closes the API.
    var isEmpty: Bool { keys.withLock { $0.isEmpty } }

    /// The key that was presented; nil if it is none of the ring's.
    ///
    /// Digests of equal length are compared, and all of them, so that the time tells nothing about the keys.
    func key(presented: String) -> Key? {
        let digest = SHA256.hash(data: Data(presented.utf8))
        return keys.withLock { $0 }.reduce(nil) { found, key in key.matches(digest) ? key : found }
    }
}

/// An element of `api_keys`.
struct APIKeySection: Sendable {
    var name = ""
    var key: Secret?
    var sha256: String?
    var permissions: Set<APIPermission> = []
    var topics: [String] = []

    /// The key; nil unless it is given in one way.
    var configuration: APIKeyConfiguration? {
        let topics = topics.isEmpty ? nil : topics
        switch (key, sha256) {
        case (let key?, nil):
            return APIKeyConfiguration(name: name, key: key.exposed, permissions: permissions, topics: topics)
        case (nil, let sha256?):
            return APIKeyConfiguration(name: name, sha256: sha256, permissions: permissions, topics: topics)
        default:
            return nil
        }
    }

    /// What is wrong with it; nil if nothing is.
    var problem: String? {
        guard (key == nil) != (sha256 == nil) else { return "needs a key, or the sha256 of one" }
        guard configuration != nil else { return "needs a sha256 of 64 hexadecimal digits" }
        return permissions.isEmpty ? "needs permissions, such as [publish]" : nil
    }
}

/// The names of the keys; all keys of one topic share a hash slot of Redis Cluster.
struct RedisPresenceKeys: Sendable {
    let prefix: String

    /// Hash: ref → `incarnation TAB joinedAt TAB key TAB meta`, key and meta as JSON.
    func members(_ topic: String) -> String { base(topic) + "p" }
    /// Hash: key → number of its members.
    func counts(_ topic: String) -> String { base(topic) + "k" }
    /// Start of the names of the sets of refs that each incarnation owns.
    func ownedPrefix(_ topic: String) -> String { base(topic) + "o:" }
    /// Hash: incarnation → number of its members.
    func owners(_ topic: String) -> String { base(topic) + "w" }
    /// Hash: epoch `e`, version `v`, and when incarnations were declared dead, `d:incarnation`.
    func meta(_ topic: String) -> String { base(topic) + "m" }

    /// String: `live`, and nothing once it is dead.
    func state(_ incarnation: String) -> String { "\(prefix):{\(incarnation)}:s" }
    /// Set: the topics in which an incarnation may have members.
    func topics(_ incarnation: String) -> String { "\(prefix):{\(incarnation)}:t" }

    /// Sorted set: incarnation → when its lease ends, in milliseconds.
    var leases: String { "\(prefix):{lease}:z" }
    /// Sorted set: dead incarnation → when somebody else is to take over removing its members.
    var reaping: String { "\(prefix):{lease}:r" }

    private func base(_ topic: String) -> String { "\(prefix):{\(Self.tag(topic))}:" }

    /// The topic as a hash tag: braces, which would end it, are escaped.
    static func tag(_ topic: String) -> String {
        guard topic.utf8.contains(where: { "{}%".utf8.contains($0) }) else { return topic }
        var tag = ""
        for character in topic.unicodeScalars {
            switch character {
            case "{": tag += "%7B"
            case "}": tag += "%7D"
            case "%": tag += "%25"
            default: tag.unicodeScalars.append(character)
            }
        }
        return tag
    }
}

/// A pattern for topics: an exact topic, or a prefix followed by `*`.
///
/// The wildcard minds segments, which end at `:` or `.`: `room:*` matches `room:lobby`, `room:1:x` and `room:`, not
/// `room`; `user*` matches `user` and `user:1`, not `users`; `*` matches everything. A `*` elsewhere is a character
/// like any other.
public struct TopicPattern: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The pattern as text.
    public let description: String
    private let isWildcard: Bool

    /// Creates a pattern.
    public init(_ pattern: String) {
        description = pattern
        isWildcard = pattern.utf8.last == UInt8(ascii: "*")
    }

    /// Creates a pattern.
    public init(stringLiteral pattern: String) {
        self.init(pattern)
    }

    /// Whether the pattern matches the topic, byte by byte.
    public func matches(_ topic: String) -> Bool {
        guard isWildcard else { return description.hasSameBytes(as: topic) }
        let prefix = description.utf8.dropLast()
        guard topic.utf8.starts(with: prefix) else { return false }
        guard let last = prefix.last, !Self.isSeparator(last) else { return true }
        guard let following = topic.utf8.dropFirst(prefix.count).first else { return true }
        return Self.isSeparator(following)
    }

    /// Whether the pattern matches every topic that another one matches.
    ///
    /// - Parameter other: the other pattern.
    /// - Returns: whether nothing is left for the other one behind this one.
    public func covers(_ other: TopicPattern) -> Bool {
        guard other.isWildcard else { return matches(other.description) }
        // What the other one wants at the beginning is the shortest topic it matches, and decides about all of them.
        return isWildcard && matches(String(decoding: other.description.utf8.dropLast(), as: UTF8.self))
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }
}

/// Something that a token must say: `PATH`, `PATH equals VALUE` or `PATH contains VALUE`.
///
/// `{1}` in a value stands for what the `*` of the channel's pattern matched, `{topic}` for the whole topic.
public struct ClaimRule: Hashable, Sendable, CustomStringConvertible {
    /// How a claim is compared.
    public enum Comparison: Hashable, Sendable {
        /// The claim is there, and neither false nor null.
        case isTrue
        /// The claim is this text, number or truth value.
        case equals(String)
        /// The claim is a list with this text, number or truth value in it.
        case contains(String)
    }

    /// Where the claim is; see ``AuthenticatedClaims/value(at:)``.
    public let path: String
    /// How it is compared.
    public let comparison: Comparison

    /// Creates a rule.
    ///
    /// - Parameters:
    ///   - path: where the claim is.
    ///   - comparison: how it is compared.
    public init(_ path: String, _ comparison: Comparison) {
        self.path = path
        self.comparison = comparison
    }

    /// Creates a rule from its text form; nil if it is none.
    ///
    /// - Parameter text: the rule.
    public init?(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 2).map(String.init)
        switch (words.count, words.dropFirst().first) {
        case (1, _): self.init(words[0], .isTrue)
        case (3, "equals"): self.init(words[0], .equals(words[2]))
        case (3, "contains"): self.init(words[0], .contains(words[2]))
        default: return nil
        }
    }

    /// The text form.
    public var description: String {
        switch comparison {
        case .isTrue: path
        case .equals(let value): "\(path) equals \(value)"
        case .contains(let value): "\(path) contains \(value)"
        }
    }

    /// Whether the claims say so.
    ///
    /// - Parameters:
    ///   - claims: what a verified token says.
    ///   - topic: the topic.
    ///   - wildcard: what the `*` of the channel's pattern matched.
    /// - Returns: whether they do; a claim that is missing or of another kind says nothing.
    public func holds(for claims: AuthenticatedClaims, topic: String, wildcard: String) -> Bool {
        guard let claim = claims.value(at: path) else { return false }
        switch comparison {
        case .isTrue:
            return claim != .bool(false) && claim != .null
        case .equals(let value):
            return Self.isSame(claim, Self.resolve(value, topic: topic, wildcard: wildcard))
        case .contains(let value):
            guard case .array(let elements) = claim else { return false }
            let wanted = Self.resolve(value, topic: topic, wildcard: wildcard)
            return elements.contains { Self.isSame($0, wanted) }
        }
    }

    /// Byte by byte, as topics are: Swift's strings are equal too when they only look the same.
    private static func isSame(_ claim: ClaimValue, _ text: String) -> Bool {
        claim.text.map { $0.utf8.elementsEqual(text.utf8) } ?? false
    }

    /// Fills in what a value refers to, once: what comes from the client is not looked at again.
    private static func resolve(_ value: String, topic: String, wildcard: String) -> String {
        var text = ""
        var rest = value[...]
        while let brace = rest.firstIndex(of: "{") {
            text += rest[..<brace]
            rest = rest[brace...]
            if rest.hasPrefix("{1}") {
                text += wildcard
                rest = rest.dropFirst("{1}".count)
            } else if rest.hasPrefix("{topic}") {
                text += topic
                rest = rest.dropFirst("{topic}".count)
            } else {
                text.append("{")
                rest = rest.dropFirst()
            }
        }
        return text + rest
    }
}

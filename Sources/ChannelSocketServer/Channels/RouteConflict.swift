internal import PhoenixWire

/// Two entries of the route table for the same topics, so that one of them would never be reached.
public struct RouteConflict: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which entry would not be reached, and because of which, such as
    /// `channels[0] (room:lobby) is never reached: handler (room:*) comes first and has all of its topics`.
    public let description: String

    /// Creates the error.
    ///
    /// - Parameters:
    ///   - pattern: the topics of the entry that would not be reached.
    ///   - name: what it is.
    ///   - first: the topics of the entry before it.
    ///   - firstName: what that is.
    init(of pattern: TopicPattern, called name: String, with first: TopicPattern, called firstName: String) {
        description = "\(name) (\(pattern)) \(Self.reason(first, called: firstName))"
    }

    /// Why something is never reached; reads on after its name.
    static func reason(_ first: TopicPattern, called name: String) -> String {
        "is never reached: \(name) (\(first)) comes first and has all of its topics"
    }
}

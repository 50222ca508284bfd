/// The page for the people who run the server, at `/admin`.
public struct AdminConfiguration: Hashable, Sendable {
    /// The fewest characters of a key.
    public static let minKeyLength = 16

    /// What a person has to enter; nil turns the page off.
    ///
    /// At least ``minKeyLength`` characters. Whoever has it may read and publish to every topic and disconnect anybody.
    public var key: Secret?
    /// How many topics may be followed at the same time on one node.
    public var maxTails = 16

    /// Creates the default: no page.
    public init() {}
}

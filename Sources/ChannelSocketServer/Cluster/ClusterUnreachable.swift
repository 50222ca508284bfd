/// The Redis of a cluster could not be reached from outside the cluster.
public struct ClusterUnreachable: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where it was looked for and what was there instead, for people.
    public let description: String

    /// Creates an error.
    init(_ description: String) {
        self.description = description
    }
}

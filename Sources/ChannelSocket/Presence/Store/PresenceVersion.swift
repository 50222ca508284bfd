/// Where a topic's presence stands: how many effective changes it has seen since it began, or began anew.
public struct PresenceVersion: Hashable, Sendable {
    /// Names one life of the topic's data; another epoch means that all of it was lost and began anew.
    public var epoch: String
    /// The number of changes in this epoch.
    public var number: Int

    /// Creates a version.
    public init(epoch: String, number: Int) {
        self.epoch = epoch
        self.number = number
    }

    /// The version of a topic nobody has been in.
    public static let none = PresenceVersion(epoch: "", number: 0)
}

public import Logging

/// What is logged, and how.
public struct LoggingConfiguration: Hashable, Sendable {
    /// How a line of the log looks.
    public enum Format: Hashable, Sendable {
        /// For people.
        case text
        /// For programs: one object a line.
        case json
    }

    /// The least severe messages that are logged.
    public var level = Logger.Level.info
    /// How a line looks.
    public var format = Format.text

    /// Creates the section with its defaults.
    public init() {}
}

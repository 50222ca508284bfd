public import Logging

/// What is logged, and how.
public struct LoggingConfiguration: Hashable, Sendable {
    /// The least severe messages that are logged.
    public var level = Logger.Level.info
    /// How a line looks.
    public var format = LogFormat.text

    /// Creates the section with its defaults.
    public init() {}
}

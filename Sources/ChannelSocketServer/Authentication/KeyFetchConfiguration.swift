/// The limits of fetching a key set from a URL.
public struct KeyFetchConfiguration: Hashable, Sendable {
    /// After how many seconds the keys are fetched again: 10 to 86,400.
    public var cacheSeconds = 600
    /// How many seconds are at least between two fetches, whatever tokens come: 1 to 3,600.
    public var minimumIntervalSeconds = 10
    /// For how many seconds keys are used that can't be fetched again: up to 604,800.
    public var staleSeconds = 86_400
    /// How many seconds a fetch may take: 1 to 60.
    public var timeoutSeconds = 5
    /// How many bytes a key set may have.
    public var maxBytes = 1 << 20

    /// Creates a configuration with the defaults.
    public init() {}
}

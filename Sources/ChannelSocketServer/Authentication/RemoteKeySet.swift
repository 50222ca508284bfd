internal import FoundationEssentials
internal import Logging

/// The keys of a URL, fetched when needed and kept.
///
/// They are fetched again when they are old, and when a token names a key that is not among them; never more often
/// than the configuration says, so that made-up tokens can't be used against the issuer.
actor RemoteKeySet {
    /// Gets the bytes behind the URL.
    typealias Fetch = @Sendable () async throws -> Data

    private let algorithm: TokenAlgorithm?
    private let configuration: KeyFetchConfiguration
    private let fetch: Fetch
    private let now: @Sendable () -> ContinuousClock.Instant
    private let logger: Logger
    private var keys: [TokenKey] = []
    private var fetchedAt: ContinuousClock.Instant?
    private var triedAt: ContinuousClock.Instant?
    private var fetching: Task<Void, Never>?

    /// Creates an empty set.
    ///
    /// - Parameters:
    ///   - algorithm: the algorithm of keys that name none.
    ///   - configuration: the limits.
    ///   - logger: where failures are reported.
    ///   - now: the clock.
    ///   - fetch: gets the bytes behind the URL.
    init(
        algorithm: TokenAlgorithm?, configuration: KeyFetchConfiguration, logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }, fetch: @escaping Fetch
    ) {
        self.algorithm = algorithm
        self.configuration = configuration
        self.fetch = fetch
        self.now = now
        self.logger = logger
    }

    /// The keys for a token.
    ///
    /// - Parameter id: the name of the key the token was signed with, if it says.
    /// - Returns: the keys.
    /// - Throws: ``TokenError`` of code `keysUnavailable` if there are no keys, or none that are fresh enough.
    func keys(knowing id: String?) async throws(TokenError) -> [TokenKey] {
        let areUsable = areFresh(for: configuration.cacheSeconds + configuration.staleSeconds) && know(id)
        if areUsable, fetching != nil {
            // Whoever began the fetch waits for it. An issuer that takes its time is no reason to hold up everybody
            // else, whose tokens the old keys can verify.
            return keys
        }
        if !areFresh(for: configuration.cacheSeconds) || !know(id) { await refresh() }
        guard areFresh(for: configuration.cacheSeconds + configuration.staleSeconds) else {
            throw TokenError(.keysUnavailable, "the keys for tokens can't be fetched")
        }
        return keys
    }

    /// The keys, if those for a token can be had without fetching.
    ///
    /// - Parameter id: the name of the key the token was signed with, if it says.
    /// - Returns: the keys; nil if they are old, or the key is not among them.
    func freshKeys(knowing id: String?) -> [TokenKey]? {
        areFresh(for: configuration.cacheSeconds) && know(id) ? keys : nil
    }

    private func areFresh(for seconds: Int) -> Bool {
        fetchedAt.map { now() - $0 < .seconds(seconds) } ?? false
    }

    private func know(_ id: String?) -> Bool {
        guard let id else { return true }
        return keys.contains { $0.id == id || $0.id == nil }
    }

    private func refresh() async {
        if let fetching { return await fetching.value }
        if let triedAt, now() - triedAt < .seconds(configuration.minimumIntervalSeconds) { return }
        triedAt = now()
        // A task of its own: a client that goes away must not end what others wait for.
        let task = Task { await fetchOnce() }
        fetching = task
        await task.value
        fetching = nil
    }

    private func fetchOnce() async {
        do {
            let keys = await (try TokenKeySetDocument.decode(try await fetch()))
                .usableKeys(algorithm: algorithm, allowingSecrets: false)
            guard !keys.isEmpty else { throw TokenKeyError("no usable key in the key set") }
            self.keys = keys
            fetchedAt = now()
            logger.debug("fetched the keys for tokens", metadata: ["keys": "\(keys.count)"])
        } catch {
            logger.error("can't fetch the keys for tokens", metadata: ["error": "\(error)"])
        }
    }
}

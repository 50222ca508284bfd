public import NIOCore

/// How many connections a server has at once, and how fast it takes new ones.
///
/// What the client is told at each limit, and what is counted, is in `docs/limits.md`.
public struct ConnectionLimits: Sendable {
    /// How many WebSockets there may be; one more is answered with 503.
    ///
    /// 100,000. Each needs a file descriptor.
    public var maxWebSockets = 100_000
    /// How many connections there may be beside the WebSockets: for HTTP, or with a handshake that is not done.
    ///
    /// 10,000. One more takes the place of the one that has waited for its client's request for longest; if that is to
    /// be its first request, it gets half a second for it before. If all are being served, the new one is answered with
    /// 503. They are counted apart so that a server full of WebSockets still answers health checks.
    public var maxOthers = 10_000
    /// How many connections a client address may have, nil for no limit; one more is answered with 429.
    ///
    /// 1,000, which leaves room for many people behind one address. Of an IPv6 address the first 64 bits count.
    /// Connections from ``trustedProxies`` count for the client that the proxy names, once they are WebSockets.
    public var maxPerAddress: Int? = 1_000
    /// Networks whose addresses ``maxPerAddress`` does not concern.
    ///
    /// What is not routed on the Internet: a proxy in the same network that nobody has told about is not limited like
    /// a single client.
    public var addressesWithoutLimit = [AddressRange].notPublic
    /// The proxies that are believed who their client is; none.
    public var trustedProxies = TrustedProxies.none
    /// How many connections are accepted a second; nil for no limit, else at least 1.
    ///
    /// 4,000. Those over the limit are not refused but wait, first come first served, in the system's backlog. Clients
    /// that all come back at once after a restart are so served within seconds, and those already connected are not
    /// held up by them.
    public var acceptsPerSecond: Int? = 4_000
    /// How many connections are accepted at once after a pause; 4,000.
    public var acceptBurst = 4_000
    /// What clients are told to wait before they try again, in answers with status 429 and 503.
    public var retryAfter: TimeAmount = .seconds(5)

    /// How many refused connections may be open to be told so; further ones are closed without a word.
    ///
    /// They are counted beside all others, so that a flood of them takes no place from these.
    private(set) var maxRefused = 1_000

    /// How many more connections that are no WebSockets there may be for want of WebSockets.
    ///
    /// A herd that comes back has a connection each, and no WebSocket yet.
    private(set) var maxBorrowed = 0

    /// Creates limits with the defaults.
    public init() {}

    /// These limits, lowered to what the process may open.
    ///
    /// A connection that the system has no file for can't be told so; it waits, and all others with it.
    ///
    /// - Parameters:
    ///   - openFiles: how many files the process may have open (`ulimit -n`).
    ///   - eventLoops: how many event loops the process has; each takes three files.
    ///   - otherFiles: how many files are left for anything else: those of logs and certificates, connections to Redis
    ///     and to other servers.
    /// - Returns: limits that fit. If there is not enough for all, a sixteenth is for connections that are told that they
    ///   are refused, and a fifth of the rest for those that are no WebSockets; these may have the places of WebSockets
    ///   too while there are fewer, up to ``maxOthers`` as it was.
    public func fitting(openFiles: Int, eventLoops: Int = System.coreCount, otherFiles: Int = 128) -> ConnectionLimits {
        let files = max(openFiles - otherFiles - 3 * eventLoops, 2)
        var limits = self
        limits.maxRefused = min(maxRefused, files / 16)
        let counted = files - limits.maxRefused
        limits.maxOthers = min(maxOthers, max(counted / 5, 1))
        limits.maxWebSockets = min(maxWebSockets, counted - limits.maxOthers)
        limits.maxBorrowed = maxOthers - limits.maxOthers
        return limits
    }
}

import ChannelSocket
import NIOCore
import NIOHTTP1
import Synchronization

/// Counts the connections of a server and decides which may stay.
final class Admission: Sendable {
    /// Why a connection may not stay.
    struct Refusal: Hashable, Sendable {
        var status: HTTPResponseStatus
        var reason: String

        static let tooMany = Refusal(status: .serviceUnavailable, reason: "too many connections")
        static let tooManyOfAddress = Refusal(
            status: .tooManyRequests, reason: "too many connections from this address")
    }

    /// What a connection is counted as, to be given back when it is closed; confined to its event loop.
    final class Ticket {
        fileprivate enum Kind {
            case other, webSocket, refused
        }

        fileprivate var kind: Kind
        /// Whose connection it is, if these are limited.
        fileprivate var client: IPAddress?
        /// Its number among those that are to send a request; nil while it is served.
        fileprivate var wait: UInt64?

        fileprivate init(_ kind: Kind, _ client: IPAddress?, wait: UInt64?) {
            self.kind = kind
            self.client = client
            self.wait = wait
        }

        var isWebSocket: Bool { kind == .webSocket }
    }

    private struct Counts {
        var webSockets = 0
        var others = 0
        var refused = 0
        var byClient: [IPAddress: Int] = [:]
        var waiting = WaitingConnections()
    }

    /// How long a new connection need not make room for others: its request may be on its way.
    static let grace = TimeAmount.milliseconds(500)

    let limits: ConnectionLimits
    private let statistics: NodeStatistics
    private let counts = Mutex(Counts())
    private let limitsAccepts = Atomic(false)
    /// When refusals may be logged again, as uptime in nanoseconds.
    private let nextLog = Atomic<UInt64>(0)

    init(limits: ConnectionLimits, statistics: NodeStatistics) {
        self.limits = limits
        self.statistics = statistics
    }

    /// Takes a new connection in.
    ///
    /// When there are too many, the one makes room that has been waiting for its client's request for longest:
    /// connections that ask for nothing, or for nothing more, are cheap to keep, and must not keep those out that do.
    ///
    /// - Parameters:
    ///   - channel: the connection.
    ///   - peer: where it comes from.
    ///   - now: the time.
    /// - Returns: what to give back when it is closed, and why the connection has to be, if so; without a ticket it
    ///   must be closed at once.
    func admit(
        _ channel: any Channel, _ peer: SocketAddress?, at now: NIODeadline = .now()
    ) -> (ticket: Ticket?, refusal: Refusal?) {
        let client = peer.flatMap { limits.trustedProxies.includes($0) ? nil : limitedClient($0) }
        var displaced: WaitingConnections.Displaced?
        let (kind, wait, refusal): (Ticket.Kind?, UInt64?, Refusal?) = counts.withLock { counts in
            let refusal: Refusal
            if !hasRoom(for: client, counts) {
                refusal = .tooManyOfAddress
            } else {
                let maxOthers = maxOthers(counts)
                if counts.others >= maxOthers { displaced = counts.waiting.popOldest() }
                if counts.others < maxOthers || displaced != nil {
                    enter(client, &counts)
                    counts.others += 1
                    return (.other, counts.waiting.append(channel, hasSpoken: false, at: now), nil)
                }
                refusal = .tooMany
            }
            guard counts.refused < limits.maxRefused else { return (nil, nil, refusal) }
            counts.refused += 1
            return (.refused, nil, refusal)
        }
        if let displaced {
            statistics.count(displaced.hasSpoken ? .displacedConnections : .displacedHandshakes)
            displaced.channel.giveUp()
        }
        guard let refusal else { return (Ticket(.other, client, wait: wait), nil) }
        count(refusal)
        return (kind.map { Ticket($0, nil, wait: nil) }, refusal)
    }

    /// Notes that a client has sent a request, and waits for the answer.
    func requestCame(_ ticket: Ticket) {
        guard let wait = ticket.wait else { return }
        ticket.wait = nil
        counts.withLock { $0.waiting.remove(wait) }
    }

    /// Notes that a connection waits for its client: to send another request, or to read the answer.
    func beganToWait(_ ticket: Ticket, _ channel: any Channel) {
        guard ticket.wait == nil, ticket.kind == .other else { return }
        ticket.wait = counts.withLock { $0.waiting.append(channel, hasSpoken: true, at: .now()) }
    }

    /// Lets a connection become a WebSocket.
    ///
    /// - Parameters:
    ///   - ticket: what ``admit(_:_:at:)`` gave for it.
    ///   - client: where the request comes from, as the proxy tells if the peer is a trusted one.
    /// - Returns: why it may not; nil if it may.
    func becomeWebSocket(_ ticket: Ticket, client: SocketAddress?) -> Refusal? {
        let newClient = ticket.client == nil ? client.flatMap(limitedClient) : nil
        let refusal: Refusal? = counts.withLock { counts in
            guard counts.webSockets < limits.maxWebSockets else { return .tooMany }
            guard hasRoom(for: newClient, counts) else { return .tooManyOfAddress }
            enter(newClient, &counts)
            counts.others -= 1
            counts.webSockets += 1
            return nil
        }
        if let refusal {
            count(refusal)
        } else {
            ticket.kind = .webSocket
            ticket.client = ticket.client ?? newClient
        }
        return refusal
    }

    /// Forgets a connection that is closed.
    func leave(_ ticket: Ticket) {
        let (kind, client, wait) = (ticket.kind, ticket.client, ticket.wait)
        counts.withLock { counts in
            if let wait { counts.waiting.remove(wait) }
            switch kind {
            case .other: counts.others -= 1
            case .webSocket: counts.webSockets -= 1
            case .refused: counts.refused -= 1
            }
            guard let client, let count = counts.byClient[client] else { return }
            counts.byClient[client] = count > 1 ? count - 1 : nil
        }
    }

    /// Whether a refusal is to be logged: one in ten seconds, or a flood of connections would become one of log lines.
    func mayLog(at now: NIODeadline) -> Bool {
        let next = nextLog.load(ordering: .relaxed)
        guard now.uptimeNanoseconds >= next else { return false }
        let later = (now + .seconds(10)).uptimeNanoseconds
        return nextLog.compareExchange(expected: next, desired: later, ordering: .relaxed).exchanged
    }

    /// How long further connections have to wait to be accepted; nil if they need not.
    ///
    /// When there are too many, new ones would make those go that have waited for longest. In a herd of clients these
    /// are as new, and their requests come soon; so they get the time.
    func acceptDelay(at now: NIODeadline) -> TimeAmount? {
        counts.withLock { counts in
            // An eighth is left for those that are accepted and not counted yet: their event loops are busy.
            let maxOthers = maxOthers(counts)
            guard counts.others >= maxOthers - maxOthers / 8,
                let oldest = counts.waiting.findOldest(), !oldest.hasSpoken
            else { return nil }
            let rest = oldest.start + Self.grace - now
            // Looked at again soon, as there may be room before.
            return rest > .zero ? min(rest, .milliseconds(10)) : nil
        }
    }

    /// Has a listening socket accept no faster than it may.
    ///
    /// The server does not let us set it up, so every connection calls this with its parent; the first one counts.
    func limitAccepts(of listener: (any Channel)?) {
        guard let listener, !limitsAccepts.exchange(true, ordering: .relaxed) else { return }
        listener.eventLoop.execute { [self] in
            let limiter = AcceptLimiter(self, statistics: statistics)
            // Fails only if the server is gone.
            try? listener.pipeline.syncOperations.addHandler(limiter, position: .first)
        }
    }

    private func limitedClient(_ address: SocketAddress) -> IPAddress? {
        guard limits.maxPerAddress != nil, let address = IPAddress(address),
            !limits.addressesWithoutLimit.contains(address)
        else { return nil }
        return address.client
    }

    /// How many connections there may be now that are no WebSockets.
    private func maxOthers(_ counts: Counts) -> Int {
        limits.maxOthers + min(limits.maxBorrowed, max(0, limits.maxWebSockets - counts.webSockets))
    }

    private func hasRoom(for client: IPAddress?, _ counts: Counts) -> Bool {
        guard let client, let limit = limits.maxPerAddress else { return true }
        return counts.byClient[client, default: 0] < limit
    }

    private func enter(_ client: IPAddress?, _ counts: inout Counts) {
        if let client { counts.byClient[client, default: 0] += 1 }
    }

    private func count(_ refusal: Refusal) {
        statistics.count(refusal == .tooMany ? .connectionsOverLimit : .connectionsOverAddressLimit)
    }
}
